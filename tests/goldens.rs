//! The numbers that a seed gives. Every shared link shows what it showed because these stay what they are: where a test here
//! fails after an upgrade, links that people made lead elsewhere.
#![cfg(feature = "cli")]

#[path = "common/request.rs"]
mod request;
#[path = "common/shipped.rs"]
mod shipped;

use flow_lab::device::Engine;
use flow_lab::lab::{Lab, LabConfig};
use flow_lab::rng::{Rng, Stream};
use flow_lab::session::Session;
use pollster::block_on;

/// A block of ChaCha with 8 rounds, written out from its definition (Bernstein 2008, "ChaCha, a variant of Salsa20"), with a
/// counter and a stream of 64 bits each.
fn chacha8(key: [u32; 8], counter: u64, stream: u64) -> [u32; 16] {
    let halves = |v: u64| [v as u32, (v >> 32) as u32];
    let mut start = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    start[4..12].copy_from_slice(&key);
    start[12..14].copy_from_slice(&halves(counter));
    start[14..16].copy_from_slice(&halves(stream));
    let mut x = start;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (to, from, mixed, by) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
            x[to] = x[to].wrapping_add(x[from]);
            x[mixed] = (x[mixed] ^ x[to]).rotate_left(by);
        }
    };
    for _ in 0..4 {
        for i in 0..4 {
            quarter(i, 4 + i, 8 + i, 12 + i);
        }
        for i in 0..4 {
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
    }
    std::array::from_fn(|i| x[i].wrapping_add(start[i]))
}

/// The key that rand makes of a seed: words of PCG32 (O'Neill 2014, XSH RR 64/32).
fn key(seed: u64) -> [u32; 8] {
    let mut state = seed;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(11_634_580_027_462_260_723);
        ((((state >> 18) ^ state) >> 27) as u32).rotate_right((state >> 59) as u32)
    })
}

/// A uniform number is the upper 24 bits of a word.
#[test]
fn the_generator_is_chacha8_with_a_stream_for_each_use() {
    let uniforms = |mut rng: Rng| (0..40).map(|_| rng.uniform()).collect::<Vec<_>>();
    let words = |seed: u64, stream: Stream| -> Vec<f32> {
        let blocks = (0..3).flat_map(|counter| chacha8(key(seed), counter, stream as u64));
        blocks.take(40).map(|word| (word >> 8) as f32 / 16_777_216.0).collect()
    };
    let streams = [
        (Stream::Data, 1),
        (Stream::Noise, 2),
        (Stream::Time, 3),
        (Stream::Init, 4),
        (Stream::Dropout, 5),
        (Stream::Coupling, 6),
        (Stream::Particles, 7),
        (Stream::Fresh, 8),
        (Stream::Diffusion, 9),
    ];
    for (stream, number) in streams {
        assert_eq!(stream as u64, number);
        for seed in [0, 1, 7, u64::from(u32::MAX)] {
            assert_eq!(uniforms(Rng::new(seed, stream)), words(seed, stream), "{seed} {stream:?}");
            let step = 5u64.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            assert_eq!(
                uniforms(Rng::at_step(seed, stream, 5)),
                words(seed ^ step, stream),
                "{seed} {stream:?}"
            );
        }
    }
}

/// As printed on 2026-11-26 by rand 0.10, rand_chacha 0.10 and rand_distr 0.6.
#[test]
fn normals_and_indices_stay() {
    let normals =
        [1.5989398, 0.33906123, -0.597896, 0.04593552, 2.1594446, -0.1916627, -2.027103, -0.3133674];
    assert_eq!(Rng::new(1, Stream::Noise).normals(8), normals);
    let mut rng = Rng::new(3, Stream::Data);
    assert_eq!(std::array::from_fn(|_| rng.index(10)), [6, 7, 0, 2, 7, 7, 9, 7]);
}

/// The noise that a digit begins with is the generator's, digit after digit.
#[test]
fn the_first_noise_of_a_digit_stays() {
    let mut session = block_on(Session::open(Engine::Cpu)).unwrap();
    block_on(session.load(shipped::WEIGHTS)).unwrap();
    let mut run = session.start(&request::request()).unwrap();
    let first = block_on(run.next()).unwrap().unwrap();
    assert_eq!(first.x, Rng::new(7, Stream::Noise).normals(3 * 784));
    assert_eq!(first.x[..4], [-1.1729933, -0.1548009, -0.4136677, -0.7011979]);
}

#[test]
fn the_first_batch_and_the_first_weights_of_a_lab_stay() {
    let config = LabConfig::default();
    let pairs = config.batches().unwrap().pairs(0, 3).unwrap();
    assert_eq!(pairs.x0, [[1.3001491, -0.36408675], [0.04593552, 2.1594446], [0.91922265, 1.2707518]]);
    assert_eq!(pairs.x1, [[5.2259474, -0.30109572], [1.6401513, 1.2555215], [-0.3422506, 0.07750416]]);
    assert_eq!(pairs.t, [0.14064813, 0.5682239, 0.00980705]);
    let opened = block_on(Engine::Cpu.open()).unwrap();
    let file = block_on(Lab::new(config, &opened).unwrap().weights()).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let first = |name: &str| -> [f32; 3] {
        let data = tensors.tensor(name).unwrap().data();
        std::array::from_fn(|i| f32::from_le_bytes(data[4 * i..4 * i + 4].try_into().unwrap()))
    };
    assert_eq!(first("layers.0.weight"), [0.16566403, -0.18639132, -0.092019916]);
    assert_eq!(first("layers.2.weight"), [0.079343654, -0.05730967, -0.24438588]);
    assert_eq!(first("out.weight"), [-0.033635598, -0.113205135, 0.18688478]);
}
