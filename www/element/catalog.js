// Made from src/catalog.rs, which says what it means: FLOW_LAB_WRITE=1 cargo test --features cli --test catalog

export const CATALOG = Object.freeze({
  "couplings": [
    "independent",
    "ot",
    "sinkhorn"
  ],
  "diffusions": [
    "cosine",
    "vp"
  ],
  "digits": {
    "class": {
      "initial": 0.0,
      "max": 9.0,
      "min": 0.0
    },
    "grid": {
      "initial": 16,
      "values": [
        1,
        4,
        16,
        64
      ]
    },
    "guidance": {
      "from": {
        "initial": 0.2,
        "max": 1.0,
        "min": 0.0
      },
      "to": {
        "initial": 0.45,
        "max": 1.0,
        "min": 0.0
      },
      "weight": {
        "initial": 2.0,
        "max": 6.0,
        "min": 0.0
      }
    },
    "most": 256,
    "solver": "midpoint",
    "steps": {
      "initial": 8.0,
      "max": 64.0,
      "min": 1.0
    },
    "tolerance": {
      "initial": 0.01,
      "values": [
        0.1,
        0.01,
        0.001,
        0.0001
      ]
    }
  },
  "distillation": {
    "batch": {
      "initial": 20,
      "values": [
        10,
        20,
        40,
        60
      ]
    },
    "images": {
      "initial": 500,
      "values": [
        100,
        200,
        500,
        1000,
        2000
      ]
    },
    "rate": 0.001,
    "steps": {
      "initial": 300,
      "values": [
        20,
        100,
        300,
        600,
        1000,
        2000
      ]
    }
  },
  "distributions": [
    {
      "id": "gaussian",
      "label": "Gaussian"
    },
    {
      "id": "eight-gaussians",
      "label": "8 Gaussians"
    },
    {
      "id": "moons",
      "label": "Two moons"
    },
    {
      "id": "s-curve",
      "label": "S-curve"
    },
    {
      "id": "spirals",
      "label": "Spirals"
    },
    {
      "id": "checkerboard",
      "label": "Checkerboard"
    },
    {
      "id": "rings",
      "label": "Rings"
    },
    {
      "id": "pinwheel",
      "label": "Pinwheel"
    }
  ],
  "emoji": {
    "categories": [
      {
        "id": "smileys",
        "label": "smileys"
      },
      {
        "id": "people",
        "label": "people"
      },
      {
        "id": "animals",
        "label": "animals and nature"
      },
      {
        "id": "food",
        "label": "food and drink"
      },
      {
        "id": "travel",
        "label": "travel and places"
      },
      {
        "id": "activities",
        "label": "activities"
      },
      {
        "id": "objects",
        "label": "objects"
      },
      {
        "id": "symbols",
        "label": "symbols"
      },
      {
        "id": "flags",
        "label": "flags"
      }
    ],
    "count": {
      "initial": 4,
      "values": [
        1,
        4,
        16
      ]
    },
    "guidance": {
      "initial": 3.0,
      "max": 6.0,
      "min": 1.0
    },
    "mix": {
      "initial": 0.0,
      "max": 1.0,
      "min": 0.0
    },
    "most": 16,
    "nfe": {
      "initial": 4,
      "values": [
        1,
        2,
        4,
        8,
        16,
        32
      ]
    },
    "restyle": {
      "guidance": {
        "initial": 1.5,
        "max": 4.0,
        "min": 1.0
      },
      "strength": {
        "initial": 1.0,
        "max": 1.0,
        "min": 0.1
      }
    },
    "styles": [
      {
        "id": "noto",
        "label": "Noto"
      },
      {
        "id": "noto-v1",
        "label": "Noto v1"
      },
      {
        "id": "fluent",
        "label": "Fluent"
      },
      {
        "id": "fluent-flat",
        "label": "Fluent flat"
      },
      {
        "id": "twemoji",
        "label": "Twemoji"
      },
      {
        "id": "fxemojis",
        "label": "FxEmojis"
      },
      {
        "id": "streamline",
        "label": "Streamline"
      }
    ]
  },
  "fewStep": {
    "steps": {
      "initial": 4.0,
      "max": 64.0,
      "min": 1.0
    }
  },
  "guidance": {
    "batch": 256,
    "classes": 3,
    "dropped": 0.15,
    "ema": 0.999,
    "guides": [
      "classifier-free",
      "weak",
      "input",
      "exact"
    ],
    "least": 1.0,
    "rate": 0.002,
    "scale": {
      "initial": 1.5,
      "max": 6.0,
      "min": 0.0
    },
    "steps": {
      "initial": 32.0,
      "max": 64.0,
      "min": 1.0
    },
    "until": {
      "initial": 3000.0,
      "max": 20000.0,
      "min": 100.0
    },
    "width": {
      "initial": 64,
      "values": [
        16,
        32,
        64,
        128
      ]
    }
  },
  "lab": {
    "batch": {
      "initial": 256,
      "values": [
        32,
        64,
        128,
        256,
        512,
        1024
      ]
    },
    "coupling": "independent",
    "curves": {
      "alpha": [
        0.15,
        0.5,
        0.85
      ],
      "sigma": [
        0.9,
        0.6,
        0.25
      ]
    },
    "depth": {
      "initial": 3.0,
      "max": 6.0,
      "min": 1.0
    },
    "ema": {
      "initial": 0.999,
      "values": [
        0.0,
        0.9,
        0.99,
        0.999,
        0.9999
      ]
    },
    "epsilon": {
      "initial": 0.1,
      "values": [
        0.01,
        0.03,
        0.1,
        0.3,
        1.0,
        3.0
      ]
    },
    "loss": "velocity",
    "noise": {
      "initial": 0.0,
      "max": 10.0,
      "min": 0.0
    },
    "particles": {
      "initial": 2000,
      "values": [
        200,
        500,
        1000,
        2000,
        5000,
        10000
      ]
    },
    "path": "cond-ot",
    "predicts": "velocity",
    "rate": {
      "initial": 0.002,
      "values": [
        0.0001,
        0.0003,
        0.001,
        0.002,
        0.005,
        0.01,
        0.03
      ]
    },
    "sigmaMin": {
      "initial": 0.0,
      "max": 0.5,
      "min": 0.0
    },
    "solver": "euler",
    "source": "gaussian",
    "steps": {
      "initial": 20.0,
      "max": 100.0,
      "min": 1.0
    },
    "target": "moons",
    "time": "uniform",
    "until": {
      "initial": 5000.0,
      "max": 100000.0,
      "min": 1.0
    },
    "width": {
      "initial": 64,
      "values": [
        16,
        32,
        64,
        128,
        256
      ]
    }
  },
  "latent": {
    "steps": {
      "initial": 32.0,
      "max": 64.0,
      "min": 1.0
    },
    "until": {
      "initial": 3000.0,
      "max": 20000.0,
      "min": 100.0
    },
    "width": {
      "initial": 64,
      "values": [
        16,
        32,
        64,
        128
      ]
    },
    "x": {
      "initial": 0.0,
      "max": 6.0,
      "min": -6.0
    },
    "y": {
      "initial": 0.0,
      "max": 6.0,
      "min": -6.0
    }
  },
  "methods": [
    {
      "id": "reflow",
      "label": "reflow"
    },
    {
      "id": "consistency",
      "label": "consistency training"
    },
    {
      "id": "distillation",
      "label": "consistency distillation"
    },
    {
      "id": "shortcut",
      "label": "shortcut model"
    },
    {
      "id": "mean-flow",
      "label": "MeanFlow"
    },
    {
      "id": "improved-mean-flow",
      "label": "improved MeanFlow"
    },
    {
      "id": "alpha-flow",
      "label": "α-Flow"
    },
    {
      "id": "lagrangian",
      "label": "Lagrangian self-distillation"
    },
    {
      "id": "semigroup",
      "label": "semigroup self-distillation"
    },
    {
      "id": "drifting",
      "label": "drifting model"
    }
  ],
  "paths": [
    "cond-ot",
    "vp",
    "ve",
    "cosine",
    "own"
  ],
  "predictions": [
    "velocity",
    "data",
    "noise"
  ],
  "race": {
    "alphas": [
      1.0,
      0.75,
      0.5,
      0.25,
      0.1,
      0.0
    ],
    "batch": 256,
    "depth": 3,
    "ema": 0.999,
    "methods": [
      "reflow",
      "consistency",
      "distillation",
      "shortcut",
      "mean-flow"
    ],
    "nfe": {
      "initial": 1,
      "values": [
        1,
        2,
        4,
        8,
        16,
        32
      ]
    },
    "rate": 0.002,
    "rounds": {
      "initial": 1.0,
      "max": 3.0,
      "min": 1.0
    },
    "source": "gaussian",
    "steps": {
      "initial": 5000,
      "values": [
        500,
        1000,
        2000,
        5000,
        10000,
        20000
      ]
    },
    "target": "checkerboard",
    "width": {
      "initial": 64,
      "values": [
        32,
        64,
        128
      ]
    }
  },
  "seed": {
    "initial": 1.0,
    "max": 4294967295.0,
    "min": 0.0
  },
  "solvers": [
    {
      "adaptive": false,
      "id": "euler",
      "label": "Euler",
      "order": 1,
      "stages": 1,
      "stochastic": true
    },
    {
      "adaptive": false,
      "id": "midpoint",
      "label": "Midpoint",
      "order": 2,
      "stages": 2,
      "stochastic": false
    },
    {
      "adaptive": false,
      "id": "heun",
      "label": "Heun",
      "order": 2,
      "stages": 2,
      "stochastic": true
    },
    {
      "adaptive": false,
      "id": "rk4",
      "label": "Runge–Kutta 4",
      "order": 4,
      "stages": 4,
      "stochastic": false
    },
    {
      "adaptive": true,
      "id": "dopri5",
      "label": "Dormand–Prince 5(4)",
      "order": 5,
      "stages": 7,
      "stochastic": false
    }
  ],
  "times": [
    "uniform",
    "logit-normal"
  ]
});
