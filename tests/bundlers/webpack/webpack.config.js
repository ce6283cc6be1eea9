// As in many projects: a rule for every style sheet.
export default {
  entry: "./main.js",
  module: { rules: [{ test: /\.css$/, use: ["style-loader", "css-loader"] }] },
};
