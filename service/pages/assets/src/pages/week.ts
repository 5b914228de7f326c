// The week: a grid of times in which meetings can be dragged.
import { read } from "../week/data";
import { Moving } from "../week/moving";

const week = read(document);
const grid = document.getElementById("week-grid");
if (week && grid) new Moving(grid, week);
