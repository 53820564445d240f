// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Small tasks on graphs that a layer without edges cannot do.
@Suite struct GraphLearningTests {
  /// Edges as a value that a model can hold.
  private struct Edges: Sendable, Codable, Hashable {
    var sources: [Int]
    var targets: [Int]
    var sourceCount: Int
    var targetCount: Int

    init(_ graph: Graph) {
      sources = graph.sources.values.map { Int($0) }
      targets = graph.targets.values.map { Int($0) }
      (sourceCount, targetCount) = (graph.sourceCount, graph.targetCount)
    }

    var graph: Graph {
      do {
        return try Graph(
          edges: zip(sources, targets).map { ($0, $1) }, sourceCount: sourceCount, targetCount: targetCount)
      } catch { preconditionFailure("\(error)") }
    }
  }

  /// Gates over edges that know their length; the answer of a node is a class.
  private struct Gated: Network {
    var edges: Edges
    var lengths: [Float]
    var first = GatedGraphLayer(width: 8)
    var embed = Linear(1, 8)
    var answer = Linear(8, 2)
    var tensors: [ModelTensor] { embed.tensors("embed") + first.tensors("first") + answer.tensors("answer") }
    func scores(_ batch: Batch, _ p: ModelParameters) -> TracedTensor {
      guard let x = batch.features else { preconditionFailure("features of nodes") }
      let e = embed(x.tape.constant(Tensor(lengths, [lengths.count, 1])), p.part("embed"))
      let nodes = x.broadcast(to: [x.shape[0], 8])
      return answer(first(nodes: nodes, edges: e, edges.graph, p.part("first")).nodes, p.part("answer"))
    }
  }

  /// All nodes are one batch; Adam by hand, as a trainer would shuffle them.
  private func fitted(_ loss: NetworkLoss<some Network>, steps: Int, rate: Double) async throws -> Evaluation {
    var parameters = loss.problem(RandomStream(seed: 1)).start.elements
    let rule = Elementwise(AdamMoments().then(LearningRate(rate)))
    var memory = rule.start(loss.model.layout)
    let rows = Array(0..<loss.data.count)
    for step in 1...steps {
      let g = try await loss.linearization(at: Buffer(parameters), of: rows, stream: RandomStream(seed: 0)).gradient
      var span = parameters.mutableSpan
      rule.update(
        &span, gradient: g.elements.span, state: &memory, layout: loss.model.layout, context: StepContext(step: step))
    }
    return try loss.evaluation(at: Buffer(parameters))
  }

  /// Which points lie in dense places: only the lengths of their edges tell.
  @Test func gatesReadLengths() async throws {
    var stream = RandomStream(seed: 12)
    let n = 80
    let points = (0..<2 * n).map { _ in Float(stream.uniform()) }
    let graph = try Graph.nearest(points, dimension: 2, k: 3)
    func length(_ e: Int) -> Float {
      let (s, t) = (2 * Int(graph.sources.values[e]), 2 * Int(graph.targets.values[e]))
      let (dx, dy) = (points[s] - points[t], points[s + 1] - points[t + 1])
      return (dx * dx + dy * dy).squareRoot() * 10
    }
    let lengths = (0..<graph.edgeCount).map(length)
    var sums = [Float](repeating: 0, count: n)
    for (e, t) in graph.targets.values.enumerated() { sums[Int(t)] += lengths[e] }
    let median = sums.sorted()[n / 2]
    let data = try LearningData(
      features: [Float](repeating: 1, count: n), width: 1, labels: sums.map { $0 < median ? 0 : 1 }, classCount: 2)
    let result = try await fitted(
      NetworkLoss(Gated(edges: Edges(graph), lengths: lengths), on: data), steps: 300, rate: 1e-2)
    #expect(result.accuracy > 0.9, "\(result)")
  }

  /// Rows of a linear program: whether a weighted mean of variables is positive. Variables are constants of the model here,
  /// rows the observations.
  private struct Rows: Network {
    var edges: Edges
    var variables: [Float]
    var weights: [Float]
    var layer = EdgeWeightedSAGE(sourceWidth: 1, targetWidth: 1, outputs: 6)
    var answer = Linear(6, 2)
    var tensors: [ModelTensor] { layer.tensors("layer") + answer.tensors("answer") }
    func scores(_ batch: Batch, _ p: ModelParameters) -> TracedTensor {
      guard let x = batch.features else { preconditionFailure("features of rows") }
      let v = x.tape.constant(Tensor(variables, [variables.count, 1]))
      let w = x.tape.constant(Tensor(weights, [weights.count]))
      return answer(layer(sources: v, targets: x, edges.graph, weights: w, p.part("layer")), p.part("answer"))
    }
  }

  @Test func rowsReadTheirVariables() async throws {
    var stream = RandomStream(seed: 13)
    let (variables, rows) = (30, 100)
    let edges = (0..<rows).flatMap { t in (0..<4).map { _ in (source: stream.integer(below: variables), target: t) } }
    let graph = try Graph(edges: edges, sourceCount: variables, targetCount: rows)
    let x = (0..<variables).map { _ in Float(stream.normal()) }
    let w = edges.map { _ in Float(stream.normal()) }
    var sums = [Float](repeating: 0, count: rows)
    for (e, edge) in edges.enumerated() { sums[edge.target] += w[e] * x[edge.source] }
    let data = try LearningData(
      features: [Float](repeating: 1, count: rows), width: 1, labels: sums.map { $0 > 0 ? 1 : 0 }, classCount: 2)
    func accuracy(_ weights: [Float]) async throws -> Double {
      try await fitted(
        NetworkLoss(Rows(edges: Edges(graph), variables: x, weights: weights), on: data), steps: 300, rate: 2e-2
      ).accuracy
    }
    let (with, without) = (try await accuracy(w), try await accuracy(w.map { _ in 1 }))
    #expect(with > 0.95 && without < 0.85, "\(with) with weights, \(without) without")
  }
}
