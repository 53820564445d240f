// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Something a problem says of itself that does not hold.
public struct ProofViolation: Error, Sendable, Hashable, CustomStringConvertible {
  public var problem: String
  public var claim: String
  public var detail: String
  public var description: String { "\(problem): \(claim): \(detail)" }
}

extension NamedProblem {
  /// Checks everything the problem states against its own oracle; empty when all of it holds.
  ///
  /// The value, feasibility and stationarity of the stated optimum (KKT with the stated multipliers where there are
  /// rows, descent probes where there are kinks); that no random feasible point is better; first derivatives against
  /// differences of values, second against differences of first, Jacobian products against their adjoints; convexity
  /// on random chords; that awaited and immediate answers agree. Cost: a few thousand evaluations.
  public func proof(seed: UInt64 = 0, points: Int = 20) async throws -> [ProofViolation] {
    var proof = ProblemProof(self, seed: seed, points: points)
    if let oracle = oracle as? any ZerothOrderOracle<Vector> { try await proof.checkValues(oracle) }
    if let oracle = oracle as? any FirstOrderOracle<Vector> { try await proof.checkGradients(oracle) }
    if let oracle = oracle as? any SecondOrderOracle<Vector> { try await proof.checkHessianProducts(oracle) }
    if let oracle = oracle as? any ResidualOracle { try await proof.checkResiduals(oracle) }
    if let oracle = oracle as? any ConstraintOracle { try await proof.checkConstraints(oracle) }
    if let oracle = oracle as? any StochasticOracle<Vector> { try await proof.checkNoise(oracle) }
    if let oracle = oracle as? any PreferenceOracle<Vector> { try await proof.checkRanking(oracle) }
    if let oracle = oracle as? any VectorOracle<Vector> { try await proof.checkFront(oracle) }
    if let oracle = oracle as? any FederatedOracle<Vector> { try await proof.checkClients(oracle) }
    if let oracle = oracle as? any BehaviorOracle<Vector> { try await proof.checkBehaviors(oracle) }
    if let form = form(StandardForm.self) { proof.checkProgram(form) }
    if let system = form(LinearSystem.self) { proof.checkSystem(system) }
    proof.checkStart()
    return proof.violations
  }
}

/// One proof under way: the problem, where its random points come from, and what was found wrong.
struct ProblemProof {
  let problem: NamedProblem
  let points: Int
  var random: RandomStream
  var violations: [ProofViolation] = []

  init(_ problem: NamedProblem, seed: UInt64, points: Int) {
    self.problem = problem
    self.points = points
    random = RandomStream(seed: seed).child("proof")
  }

  mutating func expect(_ holds: Bool, _ claim: String, _ detail: @autoclosure () -> String) {
    if !holds { violations.append(ProofViolation(problem: problem.name, claim: claim, detail: detail())) }
  }

  /// Noise may move values by six standard deviations.
  var noise: Double {
    guard problem.traits.contains(.noisy), let sigma = problem.name.split(separator: "=").last.flatMap({ Double($0) })
    else { return 0 }
    return 6 * sigma
  }

  /// A random point well inside the region.
  mutating func sample() -> Vector { problem.region.sample(&random) }

  /// A random direction in the units of the region: of its width, where that differs between coordinates.
  mutating func direction() -> Vector {
    let d = random.normals(problem.dimension)
    return Vector(d.indices.map { d[$0] / d.norm * (problem.region.upper[$0] - problem.region.lower[$0]) })
  }

  mutating func checkStart() {
    for form in problem.forms {
      if let form = form as? BoxConstrained, let start = form.start {
        expect(form.domain.violation(of: start) == 0, "the start lies in the box", "start \(start.elements)")
      }
      if let form = form as? NonlinearProgram {
        expect(form.domain.violation(of: form.start) == 0, "the start lies in the box", "start \(form.start.elements)")
      }
    }
    for point in problem.optimum.points {
      expect(
        problem.region.violation(of: point) == 0, "the stated optimum lies in the region", "at \(point.elements)")
    }
  }
}
