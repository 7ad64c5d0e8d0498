"""`pellucid.distributions`: chance as objects, with PyTorch's names.

Each knows its mean and its entropy, draws samples and says how likely a value is; all of it is
written with ops, so it can be differentiated, compiled and seen through.
"""

import sys
from typing import TYPE_CHECKING

from pellucid.distributions import constraints as constraints
from pellucid.distributions import divergences as divergences
from pellucid.distributions import divergences_between as divergences_between
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
from pellucid.distributions.continuous import ContinuousBernoulli as ContinuousBernoulli
from pellucid.distributions.counts import NegativeBinomial as NegativeBinomial
from pellucid.distributions.counts import Poisson as Poisson
from pellucid.distributions.directions import VonMises as VonMises
from pellucid.distributions.distribution import Distribution as Distribution
from pellucid.distributions.divergence import kl_divergence as kl_divergence
from pellucid.distributions.divergence import register_kl as register_kl
from pellucid.distributions.exceeding import GeneralizedPareto as GeneralizedPareto
from pellucid.distributions.exponential import Exponential as Exponential
from pellucid.distributions.exponential import Laplace as Laplace
from pellucid.distributions.family import ExponentialFamily as ExponentialFamily
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
from pellucid.distributions.logistic import LogisticNormal as LogisticNormal
from pellucid.distributions.matrices import LKJCholesky as LKJCholesky
from pellucid.distributions.matrices import Wishart as Wishart
from pellucid.distributions.mixture import MixtureSameFamily as MixtureSameFamily
from pellucid.distributions.multivariate import (
    LowRankMultivariateNormal as LowRankMultivariateNormal,
)
from pellucid.distributions.multivariate import MultivariateNormal as MultivariateNormal
from pellucid.distributions.normal import HalfNormal as HalfNormal
from pellucid.distributions.normal import LogNormal as LogNormal
from pellucid.distributions.normal import Normal as Normal
from pellucid.distributions.onto import biject_to as biject_to
from pellucid.distributions.onto import transform_to as transform_to
from pellucid.distributions.relaxed import RelaxedBernoulli as RelaxedBernoulli
from pellucid.distributions.relaxed import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from pellucid.distributions.shares import Beta as Beta
from pellucid.distributions.shares import Dirichlet as Dirichlet
from pellucid.distributions.shares import Kumaraswamy as Kumaraswamy
from pellucid.distributions.transformed import TransformedDistribution as TransformedDistribution
from pellucid.distributions.transforms import AbsTransform as AbsTransform
from pellucid.distributions.transforms import AffineTransform as AffineTransform
from pellucid.distributions.transforms import CatTransform as CatTransform
from pellucid.distributions.transforms import ComposeTransform as ComposeTransform
from pellucid.distributions.transforms import CorrCholeskyTransform as CorrCholeskyTransform
from pellucid.distributions.transforms import (
    CumulativeDistributionTransform as CumulativeDistributionTransform,
)
from pellucid.distributions.transforms import ExpTransform as ExpTransform
from pellucid.distributions.transforms import IndependentTransform as IndependentTransform
from pellucid.distributions.transforms import LowerCholeskyTransform as LowerCholeskyTransform
from pellucid.distributions.transforms import PositiveDefiniteTransform as PositiveDefiniteTransform
from pellucid.distributions.transforms import PowerTransform as PowerTransform
from pellucid.distributions.transforms import ReshapeTransform as ReshapeTransform
from pellucid.distributions.transforms import SigmoidTransform as SigmoidTransform
from pellucid.distributions.transforms import SoftmaxTransform as SoftmaxTransform
from pellucid.distributions.transforms import SoftplusTransform as SoftplusTransform
from pellucid.distributions.transforms import StackTransform as StackTransform
from pellucid.distributions.transforms import StickBreakingTransform as StickBreakingTransform
from pellucid.distributions.transforms import TanhTransform as TanhTransform
from pellucid.distributions.transforms import Transform as Transform
from pellucid.distributions.transforms import identity_transform as identity_transform
from pellucid.distributions.uniform import Uniform as Uniform
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "AbsTransform", "AffineTransform", "Bernoulli", "Beta", "Binomial", "CatTransform",
    "Categorical", "Cauchy", "Chi2", "ComposeTransform", "ContinuousBernoulli",
    "CorrCholeskyTransform", "CumulativeDistributionTransform", "Dirichlet", "Distribution",
    "ExpTransform", "Exponential", "ExponentialFamily", "FisherSnedecor", "Gamma",
    "GeneralizedPareto", "Geometric", "Gumbel", "HalfCauchy", "HalfNormal", "Independent",
    "IndependentTransform", "InverseGamma", "Kumaraswamy", "LKJCholesky", "Laplace", "LogNormal",
    "LogisticNormal", "LowRankMultivariateNormal", "LowerCholeskyTransform", "MixtureSameFamily",
    "Multinomial", "MultivariateNormal", "NegativeBinomial", "Normal", "OneHotCategorical",
    "OneHotCategoricalStraightThrough", "Pareto", "Poisson", "PositiveDefiniteTransform",
    "PowerTransform", "RelaxedBernoulli", "RelaxedOneHotCategorical", "ReshapeTransform",
    "SigmoidTransform", "SoftmaxTransform", "SoftplusTransform", "StackTransform",
    "StickBreakingTransform", "StudentT", "TanhTransform", "Transform", "TransformedDistribution",
    "Uniform", "VonMises", "Weibull", "Wishart", "biject_to", "constraints", "identity_transform",
    "kl_divergence", "register_kl", "transform_to", "transforms",
]  # fmt: skip

# PyTorch has a file for each; `from pellucid.distributions.beta import Beta` works too.
_FILES = {
    "matrices": "lkj_cholesky wishart",
    "logistic": "logistic_normal",
    "family": "exp_family",
    "exceeding": "generalized_pareto",
    "directions": "von_mises",
    "continuous": "continuous_bernoulli",
    "bernoulli": "binomial geometric",
    "categorical": "multinomial one_hot_categorical",
    "counts": "negative_binomial poisson",
    "divergence": "kl",
    "draws": "utils",
    "exponential": "laplace",
    "gamma": "chi2 fishersnedecor inverse_gamma",
    "heavy": "cauchy gumbel half_cauchy pareto studentT weibull",
    "mixture": "mixture_same_family",
    "multivariate": "lowrank_multivariate_normal multivariate_normal",
    "normal": "half_normal log_normal",
    "onto": "constraint_registry",
    "relaxed": "relaxed_bernoulli relaxed_categorical",
    "shares": "beta dirichlet kumaraswamy",
    "transformed": "transformed_distribution",
}
for _file, _names in _FILES.items():
    for _name in _names.split():
        _room = sys.modules[f"pellucid.distributions.{_file}"]
        sys.modules[f"{__name__}.{_name}"] = globals()[_name] = _room

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.distributions", __all__)
