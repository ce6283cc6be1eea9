// The settings of each figure.
import { DIGITS } from "../../www/figures/digits/table.js";
import { EDIT } from "../../www/figures/edit/table.js";
import { EMOJI } from "../../www/figures/emoji/table.js";
import { FEW_STEPS } from "../../www/figures/few-steps/table.js";
import { GENERATE } from "../../www/figures/generate/table.js";
import { GUIDANCE } from "../../www/figures/guidance/table.js";
import { LAB } from "../../www/figures/lab/table.js";
import { LATENT } from "../../www/figures/latent/table.js";
import { PATHS } from "../../www/figures/paths/table.js";
import { RACE } from "../../www/figures/race/table.js";
import { RESTYLE } from "../../www/figures/restyle/table.js";

export const TABLES = {
  generate: GENERATE,
  digits: DIGITS,
  paths: PATHS,
  lab: LAB,
  guidance: GUIDANCE,
  latent: LATENT,
  race: RACE,
  edit: EDIT,
  "few-steps": FEW_STEPS,
  emoji: EMOJI,
  restyle: RESTYLE,
};
