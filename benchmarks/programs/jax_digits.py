"""One epoch over the digits in JAX: a scan over all steps, with the cache of compiled programs."""

import sys

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.jax_peers import adam
from benchmarks.jax_peers.mlp import Classifier
from benchmarks.peak import tell

BATCH = 32

data = np.load(sys.argv[1])
random = np.random.default_rng(0)
rows = random.permutation(len(data["x"]))
rows = rows[: len(rows) // BATCH * BATCH].reshape(-1, BATCH)  # scans take batches of one length
x, y = data["x"][rows], data["y"][rows].astype(np.int32)
weights = {}
for name, inputs, outputs in (("0", 64, 64), ("2", 64, 10)):
    bound = inputs**-0.5
    draw = random.uniform(-bound, bound, (inputs, outputs))
    weights[f"{name}.weight"] = jnp.array(draw, jnp.float32)
    weights[f"{name}.bias"] = jnp.array(random.uniform(-bound, bound, outputs), jnp.float32)
net = Classifier()


def step(carry, batch):
    weights, state = carry
    loss, gradients = jax.value_and_grad(net.loss)(weights, *batch)
    return adam.update(weights, gradients, state), loss


@jax.jit
def epoch(carry, x, y):
    return jax.lax.scan(step, carry, (x, y))


_, losses = epoch((weights, adam.start(weights)), x, y)
tell(float(losses.mean()))
