// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What is known of a search before its first answer.
public struct SearchTraits: Sendable {
  /// Numbers of a point.
  public var dimension: Int
  /// Whether every number may be any between two bounds, so that no parameter is whole, a category, an order or a share.
  public var isBox: Bool
  /// Whether some parameter is a permutation.
  public var hasOrders: Bool
  /// Whether every parameter is bounded.
  public var isBounded: Bool
  public var objectives: Int
  /// Constraints that are told with the objectives and have to be learned.
  public var constraints: Int
  /// Whether some points must not be asked about.
  public var hasForbidden: Bool
  /// Whether the same point may be answered differently.
  public var isNoisy: Bool
  /// Whether there are cheaper approximations of the function.
  public var hasFidelities: Bool
  /// Answers that may be asked for, where that is known.
  public var budget: Int?
  /// Questions that are answered at the same time.
  public var parallelism: Int

  public init(
    dimension: Int, isBox: Bool = true, hasOrders: Bool = false, isBounded: Bool = true, objectives: Int = 1,
    constraints: Int = 0,
    hasForbidden: Bool = false, isNoisy: Bool = false, hasFidelities: Bool = false, budget: Int? = nil,
    parallelism: Int = 1
  ) {
    self.dimension = dimension
    self.isBox = isBox
    self.hasOrders = hasOrders
    self.isBounded = isBounded
    self.objectives = objectives
    self.constraints = constraints
    self.hasForbidden = hasForbidden
    self.isNoisy = isNoisy
    self.hasFidelities = hasFidelities
    self.budget = budget
    self.parallelism = parallelism
  }

  /// Whether exact values of one objective, and nothing else, are told over a box one after the other, and enough of them for
  /// slopes.
  var paysForSlopes: Bool {
    let isPlain = isBox && !isNoisy && objectives == 1 && constraints == 0 && !hasForbidden && !hasFidelities
    return isPlain && parallelism == 1 && budget ?? 0 >= 4 * dimension
  }

  /// The traits of a search problem.
  public init(_ problem: SearchProblem) {
    self.init(
      dimension: problem.space.dimension, isBox: problem.space.box != nil, hasOrders: problem.space.hasOrders,
      objectives: problem.objectives,
      constraints: problem.constraints, hasForbidden: !problem.known.isEmpty, isNoisy: problem.isNoisy,
      hasFidelities: problem.fidelities.count > 1,
      budget: problem.budget, parallelism: problem.parallelism)
  }
}

/// The catalogued method that serves a search, with the settings that follow from what is known, and why it is this one.
///
/// | known | few evaluations | more, or nobody knows |
/// | --- | --- | --- |
/// | cheaper approximations | `multi-fidelity-bo` | `bohb` |
/// | two, three objectives | `bayesian-optimization` | `sms-emoa` |
/// | more objectives | `nsga3` | `nsga3` |
/// | constraints over a box | `bayesian-optimization` | `cma-es` |
/// | exact values over a box | `automatic` | `automatic`, or `cma-es` where nobody knows |
/// | noise over a box | `bayesian-optimization` | the same |
/// | orders among the parameters | `bayesian-optimization` | `genetic-algorithm` |
/// | whole numbers, categories, shares | `bayesian-optimization` | `cma-es` |
///
/// Few are at most `few(dimension)`: where a model of the whole function pays for the time that it takes. With exact values over
/// a box it does so only where slopes would use up the budget: on the functions of BBOB `automatic` has hit more targets than
/// Bayesian optimization after 25, 50, 100 and 200 evaluations, in 2 and 5 dimensions.
public struct SearchChoice: Sendable {
  public var method: String
  public var settings: [(name: String, value: String)] = []
  public var reasons: [String]

  /// Dimensions from which on methods that keep the square of the dimension would take gigabytes.
  public static let largestSquare = 10_000

  /// Evaluations up to which a model of the whole function is worth its time.
  public static func few(_ dimension: Int) -> Int { dimension <= 30 ? 200 : 0 }

  /// The choice for a search with these traits.
  public init(for traits: SearchTraits) {
    let isFew = traits.isBounded && (traits.budget ?? .max) <= Self.few(traits.dimension)
    let evaluations = traits.budget.map { $0 == 1 ? "one evaluation is" : "\($0) evaluations are" }
    let size =
      evaluations.map { $0 + (isFew ? " few enough for a model of the whole function" : " many") }
      ?? "nobody knows how many evaluations there are"
    switch traits {
    case _ where traits.hasFidelities && traits.objectives == 1:
      method = isFew ? "multi-fidelity-bo" : "bohb"
      reasons = ["there are cheaper approximations", size]
    case _ where traits.objectives > 3:
      method = "nsga3"
      reasons = ["\(traits.objectives) objectives: directions do not mind how many there are, hypervolumes do"]
    case _ where traits.objectives > 1:
      method = isFew ? "bayesian-optimization" : "sms-emoa"
      reasons = ["\(traits.objectives) objectives, whose hypervolume can be told exactly", size]
    case _ where traits.dimension > Self.largestSquare:
      method = "differential-evolution"
      reasons = ["\(traits.dimension) dimensions: their square would not fit into memory"]
    case _ where isFew && !traits.paysForSlopes:
      method = "bayesian-optimization"
      reasons = [size]
    case _ where traits.hasOrders:
      method = "genetic-algorithm"
      reasons = ["orders are crossed and changed as orders", size]
    case _ where traits.constraints > 0 || traits.hasForbidden:
      method = "cma-es"
      reasons = ["it needs only an order, in which what breaks a constraint comes last", size]
    case _ where traits.isBox && traits.budget == nil:
      method = "cma-es"
      reasons = [size, "it can be asked for many points at once, and stopped at any time"]
    case _ where traits.isBox:
      method = "automatic"
      reasons = [
        traits.isNoisy ? "noisy values over a box" : "exact values over a box: what they show decides how to go on"
      ]
      if let budget = traits.budget { settings.append(("budget", "\(budget)")) }
      if traits.isNoisy { settings.append(("noisy", "true")) }
      if traits.parallelism > 1 { settings.append(("parallel", "\(traits.parallelism)")) }
    default:
      method = "cma-es"
      reasons = ["not every parameter is a number between two bounds, but all have coordinates", size]
    }
  }
}

extension SearchSpace {
  /// Whether some parameter is a permutation.
  public var hasOrders: Bool {
    parameters.contains { parameter in
      if case .permutation = parameter.values { true } else { false }
    }
  }
}
