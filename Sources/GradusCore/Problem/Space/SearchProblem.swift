// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A cheaper approximation of the function: what it is called and what it costs, with the full function as 1.
public struct FidelityLevel: Sendable, Codable, Hashable {
  /// In (0, 1].
  public var fidelity: Double
  /// Relative to the full function.
  public var cost: Double

  public init(_ fidelity: Double, cost: Double) {
    precondition(fidelity > 0 && fidelity <= 1 && cost > 0, "a fidelity in (0, 1] with a positive cost")
    self.fidelity = fidelity
    self.cost = cost
  }
}

/// Find the best point of a search space by asking for values.
public struct SearchProblem: Sendable, Codable, Hashable, Fingerprinted {
  public var space: SearchSpace
  /// Points to ask about first.
  public var starts: [Vector]
  /// Objectives, each to be minimized.
  public var objectives: Int
  /// Constraints g ≤ 0 that are told with the objectives and have to be learned.
  public var constraints: Int
  /// Constraints that need no asking; a point that breaks one is never asked about.
  public var known: [KnownConstraint]
  /// Whether the same point may be answered differently.
  public var isNoisy: Bool
  /// Cheaper approximations, cheapest first, the full function last; empty when there are none.
  public var fidelities: [FidelityLevel]
  /// Answers that may be asked for, where that is known.
  public var budget: Int?
  /// Questions that are answered at the same time.
  public var parallelism: Int

  public init(
    _ space: SearchSpace, starts: [Vector] = [], objectives: Int = 1, constraints: Int = 0,
    known: [KnownConstraint] = [], isNoisy: Bool = false, fidelities: [FidelityLevel] = [], budget: Int? = nil,
    parallelism: Int = 1
  ) {
    precondition(objectives >= 1 && constraints >= 0 && parallelism >= 1, "at least one objective and one answerer")
    precondition(starts.allSatisfy { $0.count == space.dimension }, "a start must have the dimension of the space")
    precondition(known.allSatisfy { $0.fits(space.dimension) }, "a known constraint must fit the points of the space")
    self.space = space
    self.starts = starts
    self.objectives = objectives
    self.constraints = constraints
    self.known = known
    self.isNoisy = isNoisy
    self.fidelities = fidelities
    self.budget = budget
    self.parallelism = parallelism
  }

  /// The problem of a box whose sides are finite. Throws when one is not.
  public init(_ problem: BoxConstrained, budget: Int? = nil) throws(SpaceError) {
    self.init(
      try SearchSpace(problem.domain), starts: problem.start.map { [problem.domain.projection(of: $0)] } ?? [],
      budget: budget)
  }

  /// Σ of the violations of the known constraints; zero where the point may be asked about.
  public func knownViolation(of point: Vector) -> Double { known.reduce(0) { $0 + $1.violation(of: point) } }

  /// A random point that the known constraints allow; nil when none of `attempts` draws was allowed.
  public func sampleAllowed(_ random: inout RandomStream, attempts: Int = 10_000) -> Vector? {
    for _ in 0..<attempts {
      let point = space.sample(&random)
      if knownViolation(of: point) == 0 { return point }
    }
    return nil
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(Int(bitPattern: UInt(space.fingerprint)))
    for start in starts { print.mix(start.elements) }
    for number in [objectives, constraints, isNoisy ? 1 : 0, budget ?? -1] { print.mix(number) }
    for constraint in known { print.mix("\(constraint)") }
    for level in fidelities { print.mix([level.fidelity, level.cost]) }
    return print.value
  }
}
