// SPDX-License-Identifier: Apache-2.0
import GradusComposite
import GradusCore
import GradusNumerics
import GradusProblems
import Testing

/// ½xᵀHx − cᵀx with a sparse, strictly diagonally dominant H.
struct SparseQuadratic: SecondOrderOracle {
  let upper: SparseMatrix
  let full: SparseMatrix
  let c: Vector

  init(_ n: Int, neighbors: Int, seed: UInt64) {
    var random = RandomStream(seed: seed)
    var entries: [(row: Int, column: Int, value: Double)] = []
    var sums = [Double](repeating: 0, count: n)
    for j in 1..<n {
      for k in 1...neighbors where j - k >= 0 {
        let weight = random.uniform(-1, 1)
        entries.append((j - k, j, weight))
        sums[j] += abs(weight)
        sums[j - k] += abs(weight)
      }
    }
    let mirrored = entries.map { (row: $0.column, column: $0.row, value: $0.value) }
    for j in 0..<n { entries.append((j, j, sums[j] + 0.05 + random.uniform())) }
    upper = SparseMatrix(rowCount: n, columnCount: n, triplets: entries)
    full = SparseMatrix(rowCount: n, columnCount: n, triplets: entries + mirrored)
    c = random.normals(n)
  }

  init(upper: SparseMatrix) {
    self.upper = upper
    let mirrored = (0..<upper.columnCount).flatMap { j in
      upper.range(ofColumn: j).flatMap { p -> [(row: Int, column: Int, value: Double)] in
        let (i, value) = (Int(upper.rows[p]), upper.values[p])
        return i == j ? [(i, j, value)] : [(i, j, value), (j, i, value)]
      }
    }
    full = SparseMatrix(rowCount: upper.rowCount, columnCount: upper.columnCount, triplets: mirrored)
    c = Vector((0..<upper.columnCount).map { Double($0 % 5) - 2 })
  }

  func linearization(at x: Vector) async throws -> Linearization<Vector> {
    let image = full.times(x)
    return Linearization(value: 0.5 * x.inner(image) - c.inner(x), gradient: image - c)
  }

  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector { full.times(direction) }
}

struct BlockCase: Sendable, CustomTestStringConvertible {
  var partition: BlockCoordinateDescent.Partition
  var rule: BlockCoordinateDescent.Rule
  var update: BlockCoordinateDescent.Update
  var testDescription: String { "\(partition) \(rule) \(update)" }

  static let all = BlockCoordinateDescent.Partition.allCases.flatMap { partition in
    BlockCoordinateDescent.Rule.allCases.flatMap { rule in
      BlockCoordinateDescent.Update.allCases.map { BlockCase(partition: partition, rule: rule, update: $0) }
    }
  }
}

@Suite struct BlockCoordinateDescentTests {
  private func solve(
    _ oracle: SparseQuadratic, _ parts: BlockCase, box: Box, weight: Double, limit: Int = 4_000
  ) async throws -> Run<BlockCoordinateDescent> {
    var method = BlockCoordinateDescent()
    (method.partition, method.rule, method.update, method.size) = (parts.partition, parts.rule, parts.update, 5)
    method.weight = weight
    let run = try Run(BoxConstrained(box, isConvex: true), by: method, asking: oracle, seed: 3)
    while run.progress.answers < limit, run.report.measure ?? 1 > 1e-9, try await run.step() {}
    return run
  }

  /// Whatever the parts, the optimality conditions of min f + w|x|₁ in the box hold in the end.
  @Test(arguments: BlockCase.all)
  func everyCombinationConverges(_ parts: BlockCase) async throws {
    let oracle = SparseQuadratic(30, neighbors: 2, seed: 1)
    for (weight, bound) in [(0.0, Double.infinity), (0.3, .infinity), (0, 0.2), (0.3, 0.2)] {
      let box = Box(lower: Vector(repeating: -bound, count: 30), upper: Vector(repeating: bound, count: 30))
      let run = try await solve(oracle, parts, box: box, weight: weight)
      let x = run.report.point
      let g = try await oracle.linearization(at: x).gradient
      // Gradient steps come to rest where rounding hides what they gain.
      let least = parts.update == .gradient ? -1e-4 : -1e-6
      for i in x.indices {
        let (up, down) = (g[i] + (x[i] >= 0 ? weight : -weight), -g[i] + (x[i] <= 0 ? weight : -weight))
        if x[i] < bound { #expect(up >= least, "coordinate \(i) can rise, w = \(weight), bound = \(bound)") }
        if x[i] > -bound { #expect(down >= least, "coordinate \(i) can fall, w = \(weight), bound = \(bound)") }
      }
      if weight > 0 { #expect(x.elements.contains(0)) }
      if bound < 1 { #expect(x.elements.contains { abs($0) == bound }) }
    }
  }

  /// Once the support is found, a block that covers it ends in a few Newton steps.
  @Test func activeSetIsFoundInFinitelyManySteps() async throws {
    let oracle = SparseQuadratic(60, neighbors: 3, seed: 2)
    var method = BlockCoordinateDescent()
    (method.weight, method.size) = (0.8, 60)
    let run = try Run(BoxConstrained(.all(60), isConvex: true), by: method, asking: oracle)
    while run.progress.answers < 200, run.report.measure ?? 1 > 1e-12, try await run.step() {}
    #expect(try #require(run.report.measure) <= 1e-12)
    #expect(run.state.iterations <= 15)
    #expect(run.report.point.elements.count { $0 == 0 } > 10)
  }

  /// A tree is one block: one step suffices, and the whole block is solved from the leaves.
  @Test func aTreeNeedsOneStep() async throws {
    let oracle = SparseQuadratic(200, neighbors: 1, seed: 3)
    var method = BlockCoordinateDescent()
    method.partition = .forest
    let run = try Run(BoxConstrained(.all(200), isConvex: true), by: method, asking: oracle)
    while run.state.iterations < 1, try await run.step() {}
    #expect(try #require(run.report.measure) <= 1e-10)
  }

  /// Clusters put together what belongs together: chains that are not coupled with each other become the blocks.
  @Test func clustersFollowTheCouplings() async throws {
    let order = (0..<24).map { $0 * 7 % 24 }
    var entries: [(row: Int, column: Int, value: Double)] = (0..<24).map { ($0, $0, 4) }
    for k in 0..<24 where k % 6 > 0 {
      entries.append((min(order[k - 1], order[k]), max(order[k - 1], order[k]), -1.5))
    }
    let oracle = SparseQuadratic(upper: SparseMatrix(rowCount: 24, columnCount: 24, triplets: entries))
    var iterations: [Int] = []
    for partition in [BlockCoordinateDescent.Partition.clustered, .random] {
      var method = BlockCoordinateDescent()
      (method.partition, method.rule, method.update, method.size) = (partition, .cyclic, .matrix, 6)
      let run = try Run(BoxConstrained(.all(24), isConvex: true), by: method, asking: oracle, seed: 4)
      while run.state.iterations < 400, run.report.measure ?? 1 > 1e-9, try await run.step() {}
      iterations.append(run.state.iterations)
    }
    #expect(iterations[0] == 4)
    #expect(iterations[1] > 8)
  }

  /// Labels spread over a lattice: forest blocks are solved by messages, and only the neighborhood of a block is asked for.
  @Test func labelsPropagateWithPartialGradients() async throws {
    let lattice = LabelLattice(width: 40, seed: 6)
    func run(_ change: (inout BlockCoordinateDescent) -> Void) async throws -> Run<BlockCoordinateDescent> {
      var method = BlockCoordinateDescent()
      (method.rule, method.update) = (.gs, .matrix)
      change(&method)
      let run = try Run(BoxConstrained(.all(1600), isConvex: true), by: method, asking: lattice, seed: 1)
      while run.progress.answers < 600, run.report.measure ?? 1 > 1e-3, try await run.step() {}
      return run
    }
    let forest = try await run { $0.partition = .forest }
    let x = forest.report.point
    #expect(try #require(forest.report.measure) <= 1e-3)
    #expect(forest.progress.answers(of: "gradient") == 1)
    #expect(try await lattice.linearization(at: x).gradient.norm <= 1.01e-3)
    // Between the least and the largest label, which are ±1.
    #expect(x.elements.allSatisfy { abs($0) <= 1 + 1e-2 })
    let spread = try await run { ($0.partition, $0.size) = (.random, 40) }
    #expect(try #require(spread.report.measure) > 30 * #require(forest.report.measure))
    let part = try await lattice.blockLinearization(at: x, moving: (0..<40).map { $0 * 37 % 1600 })
    #expect(part.places.count <= 5 * 40 && part.places.count > 40)
  }
}
