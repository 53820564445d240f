// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A node hears the weighted mean of its neighbors, on a bipartite or ordinary graph.
///
///     mₜ = Σ_e w_e x_{s(e)} / Σ_e |w_e| over edges e into t,   y_t = max(0, x_t W + m_t V + b)
///
/// 0 for a node without edges. Two of these with the graph and its flipped one pass messages both ways, as between the
/// variables and the rows of a program. Sources [sources, sourceWidth], targets [targets, targetWidth], weights [edges].
///
/// **Reference** W. Hamilton, R. Ying & J. Leskovec, *Inductive representation learning on large graphs*, NeurIPS 2017;
/// weighted as in P. Gupta et al., NeurIPS 2020.
public struct EdgeWeightedSAGE: ModelPart {
  public var own: Linear
  public var neighbors: Linear

  public init(sourceWidth: Int, targetWidth: Int, outputs: Int) {
    own = Linear(targetWidth, outputs, initializer: .he(inputs: sourceWidth + targetWidth))
    neighbors = Linear(sourceWidth, outputs, bias: false, initializer: .he(inputs: sourceWidth + targetWidth))
  }

  public var tensors: [ModelTensor] { own.tensors("own") + neighbors.tensors("neighbors") }

  /// New states of the targets, [targets, outputs]; weights may be negative. The maps cost sourceWidth + targetWidth
  /// multiplications a target and output, the messages sourceWidth an edge.
  public func callAsFunction(
    sources: TracedTensor, targets: TracedTensor, _ graph: Graph, weights: TracedTensor, _ parameters: ModelParameters
  ) -> TracedTensor {
    let w = weights.reshaped([graph.edgeCount, 1])
    let sum = graph.gathered(sources.rows(graph.sources) * w)
    let weight = graph.gathered(w.magnitude())
    // 1 instead of 0 for a node that hears nothing, whose sum is 0.
    let size = weight + (1 - weight.step())
    return (own(targets, parameters.part("own")) + neighbors(sum / size, parameters.part("neighbors"))).relu()
  }
}
