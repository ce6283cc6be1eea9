import { use } from "./use.js";

use();
