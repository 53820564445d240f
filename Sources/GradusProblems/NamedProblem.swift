// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What is known about a problem beforehand.
public enum ProblemTrait: String, Sendable, Codable, Hashable, CaseIterable {
  case smooth, nonSmooth, convex, multimodal, illConditioned, degenerate, noisy, constrained, bounded, leastSquares
  case rankOnly, severalObjectives, linear, quadratic, integer, infeasible, unbounded
  /// The start lies on a saddle, on a maximum, or on a path that leads a gradient method to one.
  case trap
}

/// The best there is, as the literature or the construction says it. `proof` checks it.
public struct KnownOptimum: Sendable {
  /// The smallest objective; −∞ when unbounded below. Several objectives have none.
  public var value: Double?
  /// Points with that objective; not necessarily all.
  public var points: [Vector]
  /// One multiplier a row: ∂objective/∂side.
  public var multipliers: Vector?
  /// Proof that there is no optimum: weights of contradicting rows, or a direction along which the objective falls.
  public var ray: Vector?
  /// Points of the Pareto front of a problem with several objectives.
  public var front: [FrontPoint<Vector>] = []
  /// How much the whole front dominates, where that is known.
  public var hypervolume: KnownHypervolume?

  public init(value: Double?, points: [Vector] = [], multipliers: Vector? = nil, ray: Vector? = nil) {
    self.value = value
    self.ray = ray
    self.points = points
    self.multipliers = multipliers
  }
}

/// The volume between the Pareto front and a reference point.
public struct KnownHypervolume: Sendable, Hashable {
  public var reference: [Double]
  public var value: Double
}

/// A test problem with a name, an oracle, and an optimum that it can prove.
public struct NamedProblem: Sendable {
  /// With all parameters: `rosenbrock,n=20`.
  public let name: String
  /// Without parameters: `rosenbrock`.
  public let family: String
  public let summary: String
  public let reference: String
  public let dimension: Int
  /// The problem in every class it can be stated in; the most specific first.
  public private(set) var forms: [any Sendable]
  /// Answers every kind of question the problem can answer.
  public let oracle: any Sendable
  public let optimum: KnownOptimum
  public let traits: Set<ProblemTrait>
  /// Where random points are drawn: the feasible box, or a region of interest of an unconstrained problem.
  public let region: Box

  init(_ content: ProblemContent, name: String, of family: ProblemFamily) {
    self.name = name
    self.family = family.name
    summary = family.summary
    reference = family.reference
    dimension = content.region.dimension
    forms = content.forms
    oracle = content.oracle
    optimum = content.optimum
    traits = content.traits
    region = content.region
  }

  /// The same problem stated in other classes, or with other promises.
  package func stated(as forms: [any Sendable]) -> NamedProblem {
    var other = self
    other.forms = forms
    return other
  }

  public var isConvex: Bool { traits.contains(.convex) }

  /// Where methods begin, when the problem says so.
  public var start: Vector? {
    for form in forms {
      switch form {
      case let form as Unconstrained: return form.start
      case let form as LeastSquares: return form.start
      case let form as NonlinearProgram: return form.start
      case let form as BoxConstrained: return form.start
      default: continue
      }
    }
    return nil
  }

  /// The problem in class `P`, if it can be stated so.
  public func form<P: Sendable>(_ type: P.Type) -> P? {
    if let form = forms.lazy.compactMap({ $0 as? P }).first { return form }
    return type == SearchProblem.self ? searched as? P : nil
  }

  /// The region as a space to search with few answers, where the problem is small and has one objective.
  private var searched: SearchProblem? {
    guard dimension <= 4, Self.searchedFamilies.contains(family), region.isBounded,
      let space = try? SearchSpace(region)
    else { return nil }
    return SearchProblem(space, starts: start.map { [region.projection(of: $0)] } ?? [])
  }

  /// Families on which methods for expensive functions are tried: a question costs them milliseconds, so not all.
  private static let searchedFamilies: Set<String> = ["sphere", "rosenbrock", "rastrigin", "hs5"]
}

/// What a family makes for one set of parameters.
struct ProblemContent: Sendable {
  var forms: [any Sendable]
  var oracle: any Sendable
  var optimum: KnownOptimum
  var traits: Set<ProblemTrait>
  var region: Box

  init(
    forms: [any Sendable], oracle: any Sendable, optimum: KnownOptimum, traits: Set<ProblemTrait>, region: Box
  ) {
    self.forms = forms
    self.oracle = oracle
    self.optimum = optimum
    self.traits = traits
    self.region = region
  }

  /// A function to be minimized over all of Rⁿ or, as well, over the region, which holds the optimum in its interior.
  init(
    _ oracle: any DifferentiableFunction, start: Vector, region: Box, optimum: KnownOptimum, _ traits: Set<ProblemTrait>
  ) {
    let convex = traits.contains(.convex)
    var forms: [any Sendable] = [Unconstrained(start: start, isConvex: convex)]
    if optimum.value?.isFinite == true { forms.append(BoxConstrained(region, start: start, isConvex: convex)) }
    if oracle is any ResidualOracle { forms.insert(LeastSquares(start: start), at: 0) }
    self.init(forms: forms, oracle: oracle, optimum: optimum, traits: traits, region: region)
  }
}

extension Box {
  /// The same interval for every coordinate.
  static func cube(_ lower: Double, _ upper: Double, _ dimension: Int) -> Box {
    Box(lower: Vector(repeating: lower, count: dimension), upper: Vector(repeating: upper, count: dimension))
  }
}
