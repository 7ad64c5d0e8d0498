"""`pellucid.distributions`: chance as objects, with PyTorch's names.

Each knows its mean and its entropy, draws samples and says how likely a value is; all of it is
written with ops, so it can be differentiated, compiled and seen through.
"""

from typing import TYPE_CHECKING

from pellucid.distributions import constraints as constraints
from pellucid.distributions import divergences as divergences
from pellucid.distributions import transforms as transforms
from pellucid.distributions.bernoulli import Bernoulli as Bernoulli
from pellucid.distributions.bernoulli import Binomial as Binomial
from pellucid.distributions.bernoulli import Geometric as Geometric
from pellucid.distributions.categorical import Categorical as Categorical
from pellucid.distributions.categorical import Multinomial as Multinomial
from pellucid.distributions.categorical import OneHotCategorical as OneHotCategorical
from pellucid.distributions.categorical import (
    OneHotCategoricalStraightThrough as OneHotCategoricalStraightThrough,
)
from pellucid.distributions.counts import NegativeBinomial as NegativeBinomial
from pellucid.distributions.counts import Poisson as Poisson
from pellucid.distributions.distribution import Distribution as Distribution
from pellucid.distributions.divergence import kl_divergence as kl_divergence
from pellucid.distributions.divergence import register_kl as register_kl
from pellucid.distributions.exponential import Exponential as Exponential
from pellucid.distributions.exponential import Laplace as Laplace
from pellucid.distributions.gamma import Chi2 as Chi2
from pellucid.distributions.gamma import FisherSnedecor as FisherSnedecor
from pellucid.distributions.gamma import Gamma as Gamma
from pellucid.distributions.gamma import InverseGamma as InverseGamma
from pellucid.distributions.heavy import Cauchy as Cauchy
from pellucid.distributions.heavy import Gumbel as Gumbel
from pellucid.distributions.heavy import HalfCauchy as HalfCauchy
from pellucid.distributions.heavy import Pareto as Pareto
from pellucid.distributions.heavy import StudentT as StudentT
from pellucid.distributions.heavy import Weibull as Weibull
from pellucid.distributions.independent import Independent as Independent
from pellucid.distributions.mixture import MixtureSameFamily as MixtureSameFamily
from pellucid.distributions.multivariate import (
    LowRankMultivariateNormal as LowRankMultivariateNormal,
)
from pellucid.distributions.multivariate import MultivariateNormal as MultivariateNormal
from pellucid.distributions.normal import HalfNormal as HalfNormal
from pellucid.distributions.normal import LogNormal as LogNormal
from pellucid.distributions.normal import Normal as Normal
from pellucid.distributions.relaxed import RelaxedBernoulli as RelaxedBernoulli
from pellucid.distributions.relaxed import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from pellucid.distributions.shares import Beta as Beta
from pellucid.distributions.shares import Dirichlet as Dirichlet
from pellucid.distributions.shares import Kumaraswamy as Kumaraswamy
from pellucid.distributions.transformed import TransformedDistribution as TransformedDistribution
from pellucid.distributions.transforms import AbsTransform as AbsTransform
from pellucid.distributions.transforms import AffineTransform as AffineTransform
from pellucid.distributions.transforms import ComposeTransform as ComposeTransform
from pellucid.distributions.transforms import ExpTransform as ExpTransform
from pellucid.distributions.transforms import IndependentTransform as IndependentTransform
from pellucid.distributions.transforms import LowerCholeskyTransform as LowerCholeskyTransform
from pellucid.distributions.transforms import PowerTransform as PowerTransform
from pellucid.distributions.transforms import ReshapeTransform as ReshapeTransform
from pellucid.distributions.transforms import SigmoidTransform as SigmoidTransform
from pellucid.distributions.transforms import SoftmaxTransform as SoftmaxTransform
from pellucid.distributions.transforms import SoftplusTransform as SoftplusTransform
from pellucid.distributions.transforms import StickBreakingTransform as StickBreakingTransform
from pellucid.distributions.transforms import TanhTransform as TanhTransform
from pellucid.distributions.transforms import Transform as Transform
from pellucid.distributions.transforms import identity_transform as identity_transform
from pellucid.distributions.uniform import Uniform as Uniform
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "AbsTransform", "AffineTransform", "Bernoulli", "Beta", "Binomial", "Categorical", "Cauchy",
    "Chi2", "ComposeTransform", "Dirichlet", "Distribution", "ExpTransform", "Exponential",
    "FisherSnedecor", "Gamma", "Geometric", "Gumbel", "HalfCauchy", "HalfNormal", "Independent",
    "IndependentTransform", "InverseGamma", "Kumaraswamy", "Laplace", "LogNormal",
    "LowRankMultivariateNormal", "LowerCholeskyTransform", "MixtureSameFamily", "Multinomial",
    "MultivariateNormal", "NegativeBinomial", "Normal", "OneHotCategorical",
    "OneHotCategoricalStraightThrough", "Pareto", "Poisson", "PowerTransform", "RelaxedBernoulli",
    "RelaxedOneHotCategorical", "ReshapeTransform", "SigmoidTransform", "SoftmaxTransform",
    "SoftplusTransform", "StickBreakingTransform", "StudentT", "TanhTransform", "Transform",
    "TransformedDistribution", "Uniform", "Weibull", "constraints", "identity_transform",
    "kl_divergence", "register_kl", "transforms",
]  # fmt: skip

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.distributions", __all__)
