import "./main.css";
import { use } from "./use.js";

use();
