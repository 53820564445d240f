// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What is known of a search before its first answer.
public struct SearchTraits: Sendable {
  /// Numbers of a point.
  public var dimension: Int
  /// Whether every number may be any between two bounds, so that no parameter is whole, a category, an order or a share.
  public var isBox: Bool
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
    dimension: Int, isBox: Bool = true, isBounded: Bool = true, objectives: Int = 1, constraints: Int = 0,
    hasForbidden: Bool = false, isNoisy: Bool = false, hasFidelities: Bool = false, budget: Int? = nil,
    parallelism: Int = 1
  ) {
    self.dimension = dimension
    self.isBox = isBox
    self.isBounded = isBounded
    self.objectives = objectives
    self.constraints = constraints
    self.hasForbidden = hasForbidden
    self.isNoisy = isNoisy
    self.hasFidelities = hasFidelities
    self.budget = budget
    self.parallelism = parallelism
  }

  /// The traits of a search problem.
  public init(_ problem: SearchProblem) {
    self.init(
      dimension: problem.space.dimension, isBox: problem.space.box != nil, objectives: problem.objectives,
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
/// | one number over a box | `bayesian-optimization` | `automatic` |
/// | whole numbers, categories, orders | `bayesian-optimization` | `genetic-algorithm` |
///
/// Few are at most `few(dimension)`: where a model of the whole function pays for the time that it takes.
public struct SearchChoice: Sendable {
  public var method: String
  public var settings: [(name: String, value: String)] = []
  public var reasons: [String]

  /// Dimensions from which on methods that keep the square of the dimension would take gigabytes.
  public static let largestSquare = 10_000

  /// Evaluations up to which a model of the whole function is worth its time.
  public static func few(_ dimension: Int) -> Int { dimension <= 20 ? 100 : 0 }

  /// The choice for a search with these traits.
  public init(for traits: SearchTraits) {
    let isFew = traits.isBounded && (traits.budget ?? .max) <= Self.few(traits.dimension)
    let evaluations = traits.budget.map { $0 == 1 ? "one evaluation" : "\($0) evaluations" }
    let size =
      evaluations.map { isFew ? "\($0) are few enough for a model of the whole function" : "\($0) are many" }
      ?? "nobody knows how many evaluations there are"
    func choose(_ method: String, _ reasons: String...) -> (String, [String]) { (method, reasons + [size]) }
    switch traits {
    case _ where traits.hasFidelities && traits.objectives == 1:
      let why = "there are cheaper approximations"
      (method, reasons) = isFew ? choose("multi-fidelity-bo", why) : choose("bohb", why)
    case _ where traits.objectives > 3:
      method = "nsga3"
      reasons = ["\(traits.objectives) objectives: directions do not mind how many there are, hypervolumes do"]
    case _ where traits.objectives > 1:
      let why = "\(traits.objectives) objectives, whose hypervolume can be told exactly"
      (method, reasons) = isFew ? choose("bayesian-optimization", why) : choose("sms-emoa", why)
    case _ where traits.dimension > Self.largestSquare:
      method = "differential-evolution"
      reasons = ["\(traits.dimension) dimensions: their square would not fit into memory"]
    case _ where isFew:
      (method, reasons) = choose("bayesian-optimization")
    case _ where (traits.constraints > 0 || traits.hasForbidden) && traits.isBox:
      (method, reasons) = choose("cma-es", "it needs only an order, in which what breaks a constraint comes last")
    case _ where traits.isBox:
      (method, reasons) = choose("automatic", "one number to be minimized over a box")
      if let budget = traits.budget { settings.append(("budget", "\(budget)")) }
      if traits.isNoisy { settings.append(("noisy", "true")) }
      if traits.parallelism > 1 { settings.append(("parallel", "\(traits.parallelism)")) }
    default:
      (method, reasons) = choose("genetic-algorithm", "not every parameter is a number between two bounds")
    }
  }
}
