// Every page's: the components of GOV.UK Frontend.
import { initAll } from "govuk-frontend";

document.documentElement.classList.add("js");
document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
