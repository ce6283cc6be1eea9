// Reads safetensors files, for the peers that have no reader of their own.

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
}

/** `{tensors: {name: {shape, values}}, metadata}` of an ArrayBuffer, in half or single precision; names without the network's type. */
export function readTensors(buffer) {
  const view = new DataView(buffer);
  const length = Number(view.getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries)) {
    const size = { F16: 2, F32: 4 }[dtype];
    const at = (i) => 8 + length + from + size * i;
    const read = size === 2 ? (i) => half(view.getUint16(at(i), true)) : (i) => view.getFloat32(at(i), true);
    const values = Float32Array.from({ length: (to - from) / size }, (_, i) => read(i));
    tensors[name.replace(/^[A-Z]\w*\./, "")] = { shape, values };
  }
  return { tensors, metadata };
}

/** A file of ours: {tensors, config}, config being the network's settings. */
export function readWeights(buffer) {
  const { tensors, metadata } = readTensors(buffer);
  return { tensors, config: JSON.parse(metadata["flow-lab"]).net };
}

/** How many numbers a file's tensors hold. */
export const parametersOf = (tensors) => Object.values(tensors).reduce((sum, { values }) => sum + values.length, 0);
