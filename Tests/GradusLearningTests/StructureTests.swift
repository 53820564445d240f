// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Sets and graphs: the laws of derivatives, what does not depend on an order, and small tasks.
@Suite struct StructureTests {
  private static func sample(_ shape: TensorShape, _ seed: UInt64) -> Tensor {
    var random = RandomStream(seed: seed)
    return DerivativeLaws.sample(shape, &random)
  }

  /// Rows of a table in another order.
  private static func permuted(_ x: Tensor, _ order: [Int]) -> Tensor {
    let width = x.count / x.shape[0], numbers = x.doubles
    return Tensor(order.flatMap { numbers[$0 * width..<($0 + 1) * width] }, x.shape)
  }

  private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  // MARK: Sets

  @Test(arguments: SetEncoder.Pooling.allCases, [false, true])
  func setsObeyTheLaws(_ pooling: SetEncoder.Pooling, _ hasMask: Bool) throws {
    let encoder = SetEncoder(width: 3, hidden: 5, outputs: 2, pooling: pooling)
    let mask = Tensor([1, 1, 0, 0, 1, 1, 1, 1] as [Double], [2, 4])
    let found = try PartHarness(encoder).violations(at: [Self.sample([2, 4, 3], 2)]) { xs, p in
      encoder(xs[0], mask: hasMask ? xs[0].tape.constant(mask) : nil, p)
    }
    #expect(found.isEmpty, "\(found)")
  }

  @Test(arguments: SetEncoder.Pooling.allCases)
  func orderAndFillingDoNotMatter(_ pooling: SetEncoder.Pooling) throws {
    let encoder = SetEncoder(width: 3, hidden: 12, outputs: 2, pooling: pooling)
    let harness = PartHarness(encoder, seed: 4)
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let p = harness.constants(tape)
    let set = Self.sample([5, 3], 3)
    func encoded(_ x: Tensor, _ mask: [Double]? = nil) throws -> [Double] {
      let n = x.shape[0]
      return try encoder(
        tape.constant(x).reshaped([1, n, 3]), mask: mask.map { tape.constant(Tensor($0, [1, n])) }, p
      ).value.doubles
    }
    let plain = try encoded(set)
    #expect(isClose(plain, try encoded(Self.permuted(set, [3, 1, 4, 0, 2]))))
    let filled = Tensor(set.doubles + [9, -9, 9, 7, 7, 7], [7, 3])
    #expect(isClose(plain, try encoded(filled, [1, 1, 1, 1, 1, 0, 0])))
    #expect(!isClose(plain, try encoded(filled), 1e-3))
    #expect(try encoded(filled, [Double](repeating: 0, count: 7)).allSatisfy { $0.isFinite })
  }

  /// The largest of a set of up to six numbers.
  @Test(arguments: [SetEncoder.Pooling.mean, .attention])
  func theLargestIsLearned(_ pooling: SetEncoder.Pooling) async throws {
    func data(_ n: Int, _ seed: UInt64, _ scaling: Standardization?) throws -> LearningData {
      var stream = RandomStream(seed: seed)
      var (features, numbers): ([Float], [Double]) = ([], [])
      for _ in 0..<n {
        let size = 2 + stream.integer(below: 5)
        let set = (0..<size).map { _ in stream.uniform() }
        for k in 0..<6 { features += k < size ? [Float(set[k]), 1] : [0, 0] }
        numbers.append(set.max() ?? 0)
      }
      return try LearningData(features: features, width: 12, numbers: numbers, standardization: scaling)
    }
    let train = try data(1000, 1, nil)
    let model = SetNetwork(SetEncoder(width: 1, hidden: 24, outputs: 1, pooling: pooling), size: 6, hasMask: true)
    let point = try await TargetTests.trained(NetworkLoss(model, on: train), steps: 800)
    let held = try NetworkLoss(model, on: data(300, 2, train.standardization)).evaluation(at: point)
    #expect(try #require(held["R²"]) > 0.9, "\(held)")
  }

  // MARK: Graphs

  private static func bipartite() throws -> Graph {
    try Graph(edges: [(0, 0), (2, 0), (1, 1), (2, 1), (2, 3)], sourceCount: 3, targetCount: 4)
  }

  @Test func sageObeysTheLaws() throws {
    let layer = EdgeWeightedSAGE(sourceWidth: 2, targetWidth: 3, outputs: 4), graph = try Self.bipartite()
    let found = try PartHarness(layer).violations(
      at: [Self.sample([3, 2], 1), Self.sample([4, 3], 2), Self.sample([5], 3)]
    ) { xs, p in layer(sources: xs[0], targets: xs[1], graph, weights: xs[2], p) }
    #expect(found.isEmpty, "\(found)")
  }

  @Test func sageIsTheWeightedMean() throws {
    let layer = EdgeWeightedSAGE(sourceWidth: 1, targetWidth: 1, outputs: 1), graph = try Self.bipartite()
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    func number(_ x: Double) -> TracedTensor { tape.constant(Tensor([x], [1, 1])) }
    let p = ModelParameters([
      "own.weight": number(10), "own.bias": tape.constant(Tensor([0.5], [1])), "neighbors.weight": number(1),
    ])
    let y = try layer(
      sources: tape.constant(Tensor([1, 2, 4] as [Double], [3, 1])),
      targets: tape.constant(Tensor([0, 0, 1, 0] as [Double], [4, 1])), graph,
      weights: tape.constant(Tensor([1, 3, 2, -2, 5] as [Double])), p
    ).value.doubles
    // (1 + 12)/4, (4 − 8)/4 → 0 by the rectifier, own only, 4.
    #expect(isClose(y, [3.75, 0, 10.5, 4.5]), "\(y)")
  }

  @Test func gatesObeyTheLaws() throws {
    let layer = GatedGraphLayer(width: 3)
    let points = Self.sample([5, 2], 4).floats
    let graph = try Graph.nearest(points, dimension: 2, k: 2)
    let found = try PartHarness(layer).violations(at: [Self.sample([5, 3], 1), Self.sample([10, 3], 2)]) { xs, p in
      let y = layer(nodes: xs[0], edges: xs[1], graph, p)
      return TracedTensor.concatenate([y.nodes, y.edges], axis: 0)
    }
    #expect(found.isEmpty, "\(found)")
  }

  @Test func convolutionsObeyTheLaws() throws {
    let layer = GraphConvolution(3, 2)
    let graph = try Graph(edges: [(0, 1), (1, 0), (1, 2), (2, 1)], sourceCount: 4, targetCount: 4)
    let found = try PartHarness(layer).violations(at: [Self.sample([4, 3], 1)]) { xs, p in layer(xs[0], graph, p) }
    #expect(found.isEmpty, "\(found)")
    // One path 0–1–2 and node 3 alone: D = 2, 3, 2, 1.
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let p = ModelParameters([
      "weight": tape.constant(Tensor([1] as [Double], [1, 1])), "bias": tape.constant(Tensor([0] as [Double])),
    ])
    let y = try GraphConvolution(1, 1)(tape.constant(Tensor([1, 10, 100, 7] as [Double], [4, 1])), graph, p).value
      .doubles
    let r = 6.0.squareRoot()
    #expect(isClose(y, [0.5 + 10 / r, 1 / r + 10.0 / 3 + 100 / r, 50 + 10 / r, 7]), "\(y)")
  }

  /// Nodes in another order give their answers in that order.
  @Test func graphsHaveNoOrder() throws {
    let n = 6, order = [4, 2, 0, 5, 1, 3]
    var place = [Int](repeating: 0, count: n)
    for (new, old) in order.enumerated() { place[old] = new }
    let edges = [(0, 1), (1, 2), (2, 0), (3, 4), (5, 3), (4, 1)]
    let graph = try Graph(edges: edges, sourceCount: n, targetCount: n)
    let other = try Graph(edges: edges.map { (place[$0.0], place[$0.1]) }, sourceCount: n, targetCount: n)
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let x = Self.sample([n, 3], 8), e = tape.constant(Self.sample([edges.count, 3], 9))
    let gated = GatedGraphLayer(width: 3), p = PartHarness(GatedGraphLayer(width: 3)).constants(tape)
    let here = gated(nodes: tape.constant(x), edges: e, graph, p)
    let there = gated(nodes: tape.constant(Self.permuted(x, order)), edges: e, other, p)
    #expect(isClose(Self.permuted(try here.nodes.value, order).doubles, try there.nodes.value.doubles))
    #expect(isClose(try here.edges.value.doubles, try there.edges.value.doubles))
    let q = PartHarness(GraphConvolution(3, 2)).constants(tape)
    let a = try GraphConvolution(3, 2)(tape.constant(x), graph, q).value
    let b = try GraphConvolution(3, 2)(tape.constant(Self.permuted(x, order)), other, q).value
    #expect(isClose(Self.permuted(a, order).doubles, b.doubles))
  }

  @Test func nearestPoints() throws {
    let graph = try Graph.nearest([0, 1, 3, 3.5], dimension: 1, k: 2)
    #expect(graph.sources.values == [1, 2, 0, 2, 3, 1, 2, 1])
    #expect(graph.targets.values == [0, 0, 1, 1, 2, 2, 3, 3])
    #expect(graph.flipped.sources.values == graph.targets.values)
  }

  @Test func graphsThatAreRefused() {
    func message(_ make: () throws -> Graph) -> String? {
      do {
        _ = try make()
        return nil
      } catch { return "\(error)" }
    }
    #expect(
      message { try Graph(edges: [(0, 0), (3, 0)], sourceCount: 3, targetCount: 1) }
        == "edge 1 begins at node 3; expected 0 to 2")
    #expect(
      message { try Graph(edges: [(0, 1)], sourceCount: 3, targetCount: 1) } == "edge 0 ends at node 1; expected 0 to 0"
    )
    #expect(
      message { try Graph.nearest([0, 1], dimension: 1, k: 2) } == "2 neighbors among 2 points; expected from 1 to 1")
    #expect(
      message { try Graph.nearest([0, .nan], dimension: 1, k: 1) }
        == "coordinate 0 of point 1 is nan; expected a finite number")
    #expect(
      message { try Graph.nearest([0, 1, 2], dimension: 2, k: 1) } == "3 coordinates; expected points of 2")
  }

  /// Two clusters of nodes joined by edges within; features carry noise, and neighbors average it away.
  @Test func neighborsHelp() async throws {
    var stream = RandomStream(seed: 11)
    let n = 60
    var edges: [(Int, Int)] = []
    for i in 0..<n {
      for _ in 0..<6 { edges.append(((i % 2) + 2 * stream.integer(below: n / 2), i)) }
    }
    let labels = (0..<n).map { Int32($0 % 2) }
    let features = (0..<2 * n).map { Float(($0 / 2 % 2 == 0 ? 0.6 : -0.6) + stream.normal()) }
    struct Nodes: Network {
      var edges: [[Int]]
      var count: Int
      var layer = GraphConvolution(2, 2)
      var tensors: [ModelTensor] { layer.tensors }
      func scores(_ batch: Batch, _ p: ModelParameters) -> TracedTensor {
        guard let x = batch.features,
          let graph = try? Graph(edges: edges.map { ($0[0], $0[1]) }, sourceCount: count, targetCount: count)
        else { preconditionFailure("features and a sound graph") }
        return layer(x, graph, p)
      }
    }
    let data = try LearningData(features: features, width: 2, labels: labels, classCount: 2)
    func accuracy(_ edges: [(Int, Int)]) async throws -> Double {
      let loss = NetworkLoss(Nodes(edges: edges.map { [$0.0, $0.1] }, count: n), on: data)
      // The whole graph is one batch.
      var parameters = loss.problem(RandomStream(seed: 1)).start
      for _ in 0..<200 {
        let g = try await loss.linearization(at: parameters, of: Array(0..<n), stream: RandomStream(seed: 0)).gradient
        for i in 0..<parameters.count { parameters.elements[i] -= g.elements[i] }
      }
      return try loss.evaluation(at: parameters).accuracy
    }
    let (with, without) = (try await accuracy(edges), try await accuracy([]))
    #expect(with > 0.95 && without < 0.9, "\(with) with neighbors, \(without) without")
  }
}
