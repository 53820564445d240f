// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Pruning against dense solves.
@Suite struct OptimalBrainSurgeonTests {
  private static let layout = Layout([("weight", [6, 7]), ("bias", [5])])
  private static let damping = 0.03

  private struct Case {
    let parameters: Buffer<Float>
    let gradients: [Buffer<Float>]
    /// λI + (1/m)Σggᵀ.
    let fisher: Matrix

    init(_ seed: UInt64) {
      var random = RandomStream(seed: seed)
      let d = layout.count
      func draw() -> Buffer<Float> { Buffer((0..<d).map { _ in Float(random.normal()) }) }
      parameters = draw()
      gradients = (0..<9).map { _ in draw() }
      var matrix = damping * Matrix.identity(d)
      for g in gradients {
        for j in 0..<d {
          for i in 0..<d { matrix[i, j] += Double(g[i]) * Double(g[j]) / 9 }
        }
      }
      fisher = matrix
    }

    var surgeon: OptimalBrainSurgeon {
      OptimalBrainSurgeon(parameters, gradients: gradients, damping: damping, layout: layout)
    }

    /// ½(θ' − θ)ᵀF(θ' − θ).
    func cost(_ pruned: PrunedParameters) -> Double {
      let move = Vector(
        (0..<layout.count).map { Double(pruned.parameters[$0]) - Double(parameters[$0]) })
      return 0.5 * move.inner(fisher.times(move))
    }
  }

  @Test(arguments: UInt64(1)...3) func saliencyIsThatOfADenseInverse(_ seed: UInt64) throws {
    let one = Case(seed)
    let inverse = try Cholesky(one.fisher).solve(Matrix.identity(Self.layout.count))
    let saliencies = one.surgeon.saliencies
    for i in 0..<Self.layout.count {
      let wanted = Double(one.parameters[i]) * Double(one.parameters[i]) / (2 * inverse[i, i])
      #expect(abs(saliencies[i] - wanted) <= 1e-9 * max(1, wanted))
    }
  }

  /// The joint correction solves the constrained problem: kept coordinates have no slope left.
  @Test(arguments: UInt64(1)...3) func theJointCorrectionIsTheConstrainedMinimum(_ seed: UInt64) throws {
    let one = Case(seed)
    let pruned = try one.surgeon.pruned(to: 0.7)
    let kept = pruned.isKept.indices.filter { pruned.isKept[$0] }
    let removed = pruned.isKept.indices.filter { !pruned.isKept[$0] }
    #expect(removed.count == 29 && removed.allSatisfy { $0 < 42 && pruned.parameters[$0] == 0 })
    var block = Matrix(rowCount: kept.count, columnCount: kept.count)
    var right = Vector.zeros(kept.count)
    for (a, i) in kept.enumerated() {
      for (b, j) in kept.enumerated() { block[a, b] = one.fisher[i, j] }
      right[a] = removed.reduce(0) { $0 + one.fisher[i, $1] * Double(one.parameters[$1]) }
    }
    let change = try Cholesky(block).solve(right)
    for (a, i) in kept.enumerated() {
      #expect(abs(Double(pruned.parameters[i]) - Double(one.parameters[i]) - change[a]) < 1e-5 * max(1, change.norm))
    }
  }

  @Test(arguments: UInt64(1)...3) func theSeparateCorrectionIsTheSum(_ seed: UInt64) throws {
    let one = Case(seed)
    let pruned = try one.surgeon.pruned(to: 0.5, correcting: .separate)
    let inverse = try Cholesky(one.fisher).solve(Matrix.identity(Self.layout.count))
    for i in 0..<Self.layout.count where pruned.isKept[i] {
      var wanted = Double(one.parameters[i])
      for q in 0..<Self.layout.count where !pruned.isKept[q] {
        wanted -= Double(one.parameters[q]) * inverse[i, q] / inverse[q, q]
      }
      #expect(abs(Double(pruned.parameters[i]) - wanted) < 1e-5 * max(1, abs(wanted)))
    }
  }

  /// One weight: both corrections are the classical one, whose cost is the saliency.
  @Test func aSingleWeightCostsItsSaliency() throws {
    let one = Case(4)
    let surgeon = one.surgeon
    let share = 1 / 42.0
    let (joint, separate) = (
      try surgeon.pruned(to: share), try surgeon.pruned(to: share, correcting: .separate)
    )
    let least = (0..<42).map { surgeon.saliencies[$0] }.min() ?? .nan
    #expect(joint.removed == 1 && joint.isKept == separate.isKept)
    #expect(abs(one.cost(joint) - least) < 1e-5 * max(least, 1e-3))
    #expect(abs(one.cost(separate) - least) < 1e-5 * max(least, 1e-3))
  }

  @Test(arguments: UInt64(1)...3) func theJointCorrectionCostsLeast(_ seed: UInt64) throws {
    let surgeon = Case(seed).surgeon
    let costs = try OptimalBrainSurgeon.Correction.allCases.map {
      Case(seed).cost(try surgeon.pruned(to: 0.6, correcting: $0))
    }
    #expect(costs[2] <= costs[0] && costs[2] <= costs[1])
  }

  /// What was removed before stays removed, and the model is that of the others.
  @Test func aSecondRoundKeepsTheFirst() throws {
    let one = Case(5)
    let first = try one.surgeon.pruned(to: 0.3)
    let again = OptimalBrainSurgeon(
      first.parameters, gradients: one.gradients, damping: Self.damping, layout: Self.layout, isKept: first.isKept)
    let kept = first.isKept.indices.filter { first.isKept[$0] }
    var block = Matrix(rowCount: kept.count, columnCount: kept.count)
    for (a, i) in kept.enumerated() {
      for (b, j) in kept.enumerated() { block[a, b] = one.fisher[i, j] }
    }
    let inverse = try Cholesky(block).solve(Matrix.identity(kept.count))
    for (a, i) in kept.enumerated() {
      let wanted = Double(first.parameters[i]) * Double(first.parameters[i]) / (2 * inverse[a, a])
      #expect(abs(again.saliencies[i] - wanted) <= 1e-9 * max(1, wanted))
    }
    let second = try again.pruned(to: 0.6)
    #expect(second.removed == 25)
    for i in second.isKept.indices where !first.isKept[i] { #expect(!second.isKept[i] && second.parameters[i] == 0) }
  }

  @Test func sizesArePruned() {
    let layout = Layout([("a", [2, 3]), ("bias", [2]), ("b", [2, 2])])
    let parameters: Buffer<Float> = [1, -2, 3, -4, 5, -6, 0.1, 0.2, 0.3, -0.4, 0.5, -0.6]
    let all = PrunedParameters.byMagnitude(parameters, to: 0.5, layout: layout)
    #expect(all.parameters == [0, -2, 3, -4, 5, -6, 0.1, 0.2, 0, 0, 0, 0] && all.removed == 5)
    let each = PrunedParameters.byMagnitude(parameters, to: 0.5, layout: layout, eachTensor: true)
    #expect(each.parameters == [0, 0, 0, -4, 5, -6, 0.1, 0.2, 0, 0, 0.5, -0.6])
    #expect(PrunedParameters.byMagnitude(parameters, to: 0, layout: layout).parameters == parameters)
  }

  @Test func aTrainedModelIsPruned() throws {
    let task = PowerLawTask(width: 8, classCount: 3, stream: RandomStream(seed: 1))
    let loss = NetworkLoss(Perceptron(widths: [8, 12, 3]), on: try task.data(128))
    let point = loss.model.initialParameters(RandomStream(seed: 2))
    let surgeon = try OptimalBrainSurgeon(
      loss, at: point, fittedTo: Array(0..<40), damping: 1e-4, drawing: RandomStream(seed: 3), chunk: 16)
    let pruned = try surgeon.pruned(to: 0.5)
    #expect(pruned.removed == 66 && pruned.parameters.elements.allSatisfy(\.isFinite))
    let rounds = try OptimalBrainSurgeon.pruned(
      loss, at: point, to: 0.5, rounds: 4, fittedTo: Array(0..<120), damping: 1e-4, drawing: RandomStream(seed: 3))
    #expect(rounds.removed == 66 && rounds.parameters.elements.allSatisfy(\.isFinite))
    for i in point.elements.indices where !rounds.isKept[i] { #expect(rounds.parameters[i] == 0) }
    let data = try OptimalBrainSurgeon(loss, at: point, fittedTo: Array(0..<40), damping: 1e-4, drawing: nil)
    #expect(data.saliencies != surgeon.saliencies)
  }
}
