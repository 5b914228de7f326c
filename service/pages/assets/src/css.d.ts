// Styles of libraries, bundled with the script that brings them.
declare module "*.css";
