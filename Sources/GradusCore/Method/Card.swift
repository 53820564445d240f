// SPDX-License-Identifier: Apache-2.0

/// One thing a method must be able to do: a named problem, a budget in answers, a value to reach.
public struct Trial: Sendable, Hashable {
  public var problem: String
  public var answers: Int
  public var value: Double

  public init(_ problem: String, answers: Int, value: Double) {
    self.problem = problem
    self.answers = answers
    self.value = value
  }
}

/// A change of the problem that leaves the run of a method unchanged but for the same change.
public enum Invariance: String, Sendable, Codable, CaseIterable {
  case translation, scaling, rotation, permutation
  /// Strictly increasing changes of the objective: the method uses only ranks.
  case monotone
}

/// A rate of convergence that a law can measure.
public enum Rate: Sendable, Hashable {
  /// f(xₖ) − f* falls at least like k^(−exponent).
  case sublinear(exponent: Double)
  /// The error falls by a constant factor an iteration.
  case linear
  /// The order of convergence grows beyond 1.
  case superlinear
}

/// What a method is, what it promises, and what it must be able to do.
public struct Card: Sendable {
  public var name: String
  public var summary: String
  public var guarantee: String
  public var reference: String
  public var trials: [Trial]
  public var invariances: Set<Invariance>
  public var rate: Rate?
  /// False for methods that may ask outside the domain.
  public var staysInDomain: Bool
  /// True for parallel methods whose questions depend on how many answers have arrived when they are asked; others give
  /// the same bits for every width.
  public var dependsOnWidth: Bool

  public init(
    _ name: String, _ summary: String, guarantee: String, reference: String, trials: [Trial],
    invariances: Set<Invariance> = [], rate: Rate? = nil, staysInDomain: Bool = true, dependsOnWidth: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.guarantee = guarantee
    self.reference = reference
    self.trials = trials
    self.invariances = invariances
    self.rate = rate
    self.staysInDomain = staysInDomain
    self.dependsOnWidth = dependsOnWidth
  }
}

/// A method that the catalog lists.
public protocol Catalogued: OptimizationMethod {
  /// The method with its default settings.
  init()
  /// Name, promises and trials, as the catalog and the laws read them.
  static var card: Card { get }
  /// What a user may set, with names, limits and defaults.
  static var settings: [Setting<Self>] { get }
  /// Ways to vary the method beside its settings, such as options of a solver behind it; none unless a method has some.
  static var variations: [SettingVariation] { get }
}

extension Catalogued {
  public static var variations: [SettingVariation] { [] }
}
