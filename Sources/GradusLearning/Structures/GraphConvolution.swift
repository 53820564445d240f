// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The normalized adjacency with self-loops times features times weights.
///
///     Y = D^{−½}(A + 1)D^{−½} X W + b,   D: degrees with the loop
///
/// Edges are used in the direction given: an undirected graph has each edge twice. Degrees are those of edges that end.
///
/// **Reference** T. Kipf & M. Welling, *Semi-supervised classification with graph convolutional networks*, ICLR 2017,
/// equation 2.
public struct GraphConvolution: ModelPart {
  public var map: Linear

  public init(_ inputs: Int, _ outputs: Int) { map = Linear(inputs, outputs) }

  public var tensors: [ModelTensor] { map.tensors }

  /// [nodes, inputs] → [nodes, outputs]; edges lead between nodes of one kind.
  public func callAsFunction(_ x: TracedTensor, _ graph: Graph, _ parameters: ModelParameters) -> TracedTensor {
    precondition(graph.sourceCount == graph.targetCount, "edges lead from nodes to nodes of one kind")
    var degrees = [Double](repeating: 1, count: graph.targetCount)
    for target in graph.targets.values { degrees[Int(target)] += 1 }
    let scales = zip(graph.sources.values, graph.targets.values).map { s, t in
      1 / (degrees[Int(s)] * degrees[Int(t)]).squareRoot()
    }
    let own = x * x.constant(degrees.map { 1 / $0 }, [degrees.count, 1])
    guard graph.edgeCount > 0 else { return map(own, parameters) }
    let heard = graph.gathered(x.rows(graph.sources) * x.constant(scales, [scales.count, 1]))
    return map(own + heard, parameters)
  }
}
