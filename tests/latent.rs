//! Images in two dimensions: the decoder that the page ships, against plain loops over its file.
#![cfg(feature = "cli")]

#[path = "common/shipped.rs"]
mod shipped;

use flow_lab::data::plane::PointSet;
use flow_lab::device::{Engine, Opened};
use flow_lab::error::Kind;
use flow_lab::latent::{Latent, LatentConfig, MOST};
use flow_lab::net::DenseConfig;
use flow_lab::points::Point;
use half::f16;
use pollster::block_on;
use safetensors::SafeTensors;
use shipped::{LATENT, WEIGHTS};

fn cpu() -> Opened {
    block_on(Engine::Cpu.open()).unwrap()
}

fn decoder() -> Latent {
    Latent::from_bytes(LATENT, &cpu()).unwrap()
}

/// The decoder in doubles: y = x W + b, silu between layers, tanh(l / 2) at the end.
fn by_hand(z: Point) -> Vec<f64> {
    let file = SafeTensors::deserialize(LATENT).unwrap();
    let tensor = |name: String| -> Vec<f64> {
        let view = file.tensor(&name).unwrap();
        view.data().as_chunks::<2>().0.iter().map(|b| f64::from(f16::from_le_bytes(*b).to_f32())).collect()
    };
    let layers = decoder().config().decoder.sizes.len() - 1;
    let mut x = z.map(f64::from).to_vec();
    for k in 0..layers {
        let [weight, bias] = ["weight", "bias"].map(|part| tensor(format!("layers.{k}.{part}")));
        let outputs = bias.len();
        let sum =
            |j: usize| bias[j] + x.iter().enumerate().map(|(i, v)| v * weight[i * outputs + j]).sum::<f64>();
        let h: Vec<f64> = (0..outputs).map(sum).collect();
        x = h
            .into_iter()
            .map(|h| if k + 1 < layers { h / (1.0 + (-h).exp()) } else { (0.5 * h).tanh() })
            .collect();
    }
    x
}

#[test]
fn it_decodes_as_plain_loops_do() {
    let points = [[0.0, 0.0], [1.5, -2.25], [-3.0, 0.5], [6.0, 6.0]];
    let images = block_on(decoder().decode(&points)).unwrap();
    assert_eq!(images.len(), 4 * 784);
    for (image, z) in images.chunks(784).zip(points) {
        for (a, b) in image.iter().zip(by_hand(z)) {
            assert!((f64::from(*a) - b).abs() < 1e-4, "{z:?}: {a} {b}");
        }
    }
}

/// What the page says of the file: 2,000 codes, as many of each digit, decoded to images with ink and paper; a class's mean image is nearest to
/// the images of its own codes.
#[test]
fn codes_are_of_all_digits_and_look_like_them() {
    let latent = decoder();
    let (codes, labels) = (latent.codes(), latent.labels());
    assert_eq!(codes.len(), 2000);
    let images = block_on(latent.decode(codes)).unwrap();
    let mut means = vec![vec![0.0; 784]; 10];
    for (image, &label) in images.chunks(784).zip(&labels) {
        image.iter().zip(&mut means[usize::from(label)]).for_each(|(v, mean)| *mean += v / 200.0);
    }
    assert!((0..10).all(|class| labels.iter().filter(|&&label| label == class).count() == 200));
    assert!(images.iter().all(|v| (-1.0..=1.0).contains(v)));
    let right = images.chunks(784).zip(&labels).filter(|(image, label)| {
        let square = |mean: &[f32]| image.iter().zip(mean).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let nearest = (0..10).min_by(|&a, &b| square(&means[a]).total_cmp(&square(&means[b])));
        nearest == Some(usize::from(**label))
    });
    assert!(right.count() > 1500, "chance is 200");
}

#[test]
fn a_file_reads_back_as_it_was() {
    let again = block_on(decoder().to_bytes()).unwrap();
    assert_eq!(Latent::from_bytes(&again, &cpu()).unwrap().config(), decoder().config());
    let z = [[0.3, -0.7]];
    let latent = Latent::from_bytes(&again, &cpu()).unwrap();
    assert_eq!(block_on(latent.decode(&z)).unwrap(), block_on(decoder().decode(&z)).unwrap());
}

#[test]
fn other_files_and_points_get_a_sentence() {
    let cpu = cpu();
    let refused = |bytes: &[u8]| Latent::from_bytes(bytes, &cpu).unwrap_err();
    assert!(refused(&LATENT[..LATENT.len() / 2]).to_string().contains("download it again"));
    assert!(refused(WEIGHTS).to_string().contains("not made by Flow Lab for this"));
    let config = |sizes: &[usize], labels: &str| LatentConfig {
        decoder: DenseConfig { sizes: sizes.to_vec() },
        codes: PointSet::new(vec![[0.0; 2]; 2]).unwrap().encode(),
        labels: labels.into(),
    };
    let net = DenseConfig { sizes: vec![2, 784] }.init(0, &cpu.device).unwrap();
    for bad in
        [config(&[2, 784], "1"), config(&[2, 784], "1x"), config(&[3, 784], "12"), config(&[2, 3], "12")]
    {
        assert_eq!(Latent::new(bad, net.clone(), &cpu).unwrap_err().kind(), Kind::Weights);
    }
    let cut = LatentConfig { codes: "1AA".into(), ..config(&[2, 784], "12") };
    assert!(Latent::new(cut, net, &cpu).is_err());
    for sizes in [vec![], vec![2], vec![2, 0], vec![usize::MAX, 2, 2], vec![4096, 4096]] {
        assert!(DenseConfig { sizes: sizes.clone() }.init(0, &cpu.device).is_err(), "{sizes:?}");
    }
    for z in [vec![], vec![[0.0; 2]; MOST + 1], vec![[f32::NAN, 0.0]]] {
        assert_eq!(block_on(decoder().decode(&z)).unwrap_err().kind(), Kind::Config);
    }
}
