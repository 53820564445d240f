// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusMultiObjective
import GradusNumerics
import Testing

@Suite struct FrontKitTests {
  @Test func directions() {
    for (m, p, n) in [(2, 99, 100), (3, 12, 91), (4, 7, 120), (1, 3, 1)] {
      let found = ReferenceDirections.simplex(objectives: m, divisions: p)
      #expect(found.count == n)
      #expect(ReferenceDirections.count(objectives: m, divisions: p) == n)
      #expect(Set((0..<n).map { found.row($0) }).count == n)
      for i in 0..<n {
        #expect(abs(found.row(i).reduce(0, +) - 1) < 1e-12)
        #expect(found.row(i).allSatisfy { $0 >= 0 })
      }
    }
    #expect(ReferenceDirections.count(objectives: 60, divisions: 1_000_000) == nil)
    let layers = ReferenceDirections.layers(objectives: 3, [(2, 1), (1, 0.5)])
    #expect(layers.count == 9)
    #expect((0..<9).allSatisfy { abs(layers.row($0).reduce(0, +) - 1) < 1e-12 })
    #expect(layers.row(8).map { ($0 * 12).rounded() } == [8, 2, 2])
    for (m, limit) in [(2, 100), (3, 100), (5, 100), (8, 100), (10, 5), (1, 7)] {
      let fitting = ReferenceDirections.fitting(limit, objectives: m)
      #expect(fitting.objectives == m)
      #expect(fitting.count <= max(limit, m))
      // Beyond a few objectives some direction must still point inside.
      if m <= 8, limit >= 100 { #expect((0..<fitting.count).contains { fitting.row($0).allSatisfy { $0 > 0 } }) }
    }
  }

  @Test func scalarizations() {
    let (f, w, z) = ([3.0, 5.0], [0.25, 0.75], [1.0, 1.0])
    #expect(Scalarization.linear.value(of: f, weights: w, ideal: z) == 3.5)
    #expect(Scalarization.chebyshev.value(of: f, weights: w, ideal: z) == 3)
    #expect(abs(Scalarization.augmented(rho: 0.1).value(of: f, weights: w, ideal: z) - 3.35) < 1e-12)
    // f − z = (2, 4) = 4·(½, 1): along (1, 2) there is no distance from the line.
    let along = Scalarization.boundary(theta: 5).value(of: f, weights: [1, 2], ideal: z)
    #expect(abs(along - 20.0.squareRoot()) < 1e-12)
    let beside = Scalarization.boundary(theta: 5).value(of: f, weights: [1, 0], ideal: z)
    #expect(abs(beside - 22) < 1e-12)
    for kind in [Scalarization.linear, .chebyshev, .augmented(rho: 0.1), .boundary(theta: 5)] {
      #expect(kind.value(of: [.nan, 1], weights: w, ideal: z).isNaN)
      #expect(kind.value(of: [1, .nan], weights: w, ideal: z).isNaN)
    }
  }

  @Test func indicators() {
    let front = ObjectiveMatrix([[0, 1], [1, 0]])
    let points = ObjectiveMatrix([[0, 2], [2, 0], [.nan, 0]])
    #expect(FrontIndicators.invertedDistance(of: points, front: front) == 1)
    #expect(FrontIndicators.invertedDistancePlus(of: points, front: front) == 1)
    // A point that is better in one objective is not distant in it.
    let better = ObjectiveMatrix([[-3, 1.5]])
    #expect(FrontIndicators.invertedDistancePlus(of: better, front: front) == 1)
    #expect(FrontIndicators.invertedDistance(of: better, front: front) > 3)
    #expect(FrontIndicators.invertedDistance(of: front, front: front) == 0)
    let weights = ObjectiveMatrix([[0.5, 0.5], [1, 0], [0, 1]])
    #expect(abs(FrontIndicators.r2(of: points, utopia: [0, 0], weights: weights) - 1.0 / 3) < 1e-12)
    #expect(abs(FrontIndicators.expectedUtility(of: points, weights: weights) - 1.0 / 3) < 1e-12)
    #expect(FrontIndicators.sparsity(of: ObjectiveMatrix([[0, 3], [1, 1], [3, 0]])) == (1 + 4 + 1 + 4) / 2.0)
    let empty = ObjectiveMatrix(objectives: 2)
    for value in [
      FrontIndicators.invertedDistance(of: empty, front: front),
      FrontIndicators.invertedDistancePlus(of: empty, front: front),
      FrontIndicators.r2(of: empty, utopia: [0, 0], weights: weights),
      FrontIndicators.expectedUtility(of: empty, weights: weights),
    ] { #expect(value == .infinity) }
    #expect(FrontIndicators.sparsity(of: empty) == 0)
    #expect(FrontIndicators.sparsity(of: ObjectiveMatrix([[1, 1]])) == 0)
  }

  @Test(arguments: [2, 3, 4])
  func indicatorsPreferADominatingSet(_ m: Int) {
    var random = RandomStream(seed: 2)
    let front = ObjectiveMatrix(KitReference.rows(15, m, grid: nil, &random))
    let weights = ReferenceDirections.simplex(objectives: m, divisions: 6)
    for _ in 0..<20 {
      let rows = KitReference.rows(6, m, grid: nil, &random)
      let (good, bad) = (ObjectiveMatrix(rows), ObjectiveMatrix(rows.map { $0.map { $0 + 0.1 * random.uniform() } }))
      let utopia = [Double](repeating: -0.1, count: m)
      #expect(
        FrontIndicators.invertedDistancePlus(of: good, front: front)
          <= FrontIndicators.invertedDistancePlus(of: bad, front: front))
      #expect(
        FrontIndicators.r2(of: good, utopia: utopia, weights: weights)
          <= FrontIndicators.r2(of: bad, utopia: utopia, weights: weights))
      #expect(
        FrontIndicators.expectedUtility(of: good, weights: weights)
          <= FrontIndicators.expectedUtility(of: bad, weights: weights))
    }
  }
}
