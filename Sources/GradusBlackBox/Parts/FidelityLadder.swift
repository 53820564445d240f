// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The fidelities at which points are compared, each about η times the one before; the last is 1.
///
/// Of a problem that lists its fidelities those are taken, from 1 downwards, that are at most 1/η of the one above. A problem
/// that lists none gets 1, 1/η, 1/η², …, not below `least`.
struct FidelityLadder: Sendable, Codable {
  /// Ascending.
  let levels: [FidelityLevel]

  init(_ problem: SearchProblem, ratio: Double, least: Double) {
    var levels = [FidelityLevel(1, cost: problem.fidelities.last { $0.fidelity == 1 }?.cost ?? 1)]
    if problem.fidelities.isEmpty {
      var fidelity = 1 / ratio
      while fidelity >= least * (1 - 1e-9), levels.count < 64 {
        levels.insert(FidelityLevel(fidelity, cost: fidelity), at: 0)
        fidelity /= ratio
      }
    } else {
      for level in problem.fidelities.sorted(by: { $0.fidelity > $1.fidelity })
      where level.fidelity <= levels[0].fidelity / ratio * (1 + 1e-9) {
        levels.insert(level, at: 0)
      }
    }
    self.levels = levels
  }

  var count: Int { levels.count }

  /// The question about a point on a rung.
  func question(_ point: Vector, rung: Int) -> EvaluateAt<Vector> {
    EvaluateAt(point: point, fidelity: levels[rung].fidelity, costEstimate: levels[rung].cost)
  }

  /// The rung of a fidelity that was asked for.
  func rung(of fidelity: Double) -> Int? { levels.firstIndex { $0.fidelity == fidelity } }
}

/// The best answer at the highest fidelity heard of.
struct FidelityIncumbent: Sendable, Codable {
  private(set) var point: Vector
  private var value = Double.infinity
  private var fidelity = 0.0

  /// Without an answer: the first start, or the middle of the space.
  init(_ problem: SearchProblem) {
    point = problem.starts.first.map { problem.space.canonical($0) } ?? problem.space.middle
  }

  mutating func hear(_ answer: Double, at candidate: Vector, fidelity heard: Double) {
    guard answer.isFinite, heard > fidelity || (heard == fidelity && answer < value) else { return }
    (point, value, fidelity) = (candidate, answer, heard)
  }

  /// A value is reported only of the full function.
  func report(claim: Claim?) -> Report<Vector> {
    Report(point: point, value: fidelity == 1 ? value : nil, claim: claim)
  }
}

extension SearchProblem {
  /// Refuses what methods that race at several fidelities cannot use.
  func checkRace(_ method: String) throws(Unsuitable) {
    guard objectives == 1 else {
      throw Unsuitable(
        method: method, needs: "one objective", found: "\(objectives) objectives",
        remedy: "Combine them into one, or choose a method for several.")
    }
    guard constraints == 0 else {
      throw Unsuitable(
        method: method, needs: "no constraints that have to be learned", found: "\(constraints) of them",
        remedy: "Add a penalty to the objective, or choose 'bayesian-optimization' or 'genetic-algorithm'.")
    }
  }
}
