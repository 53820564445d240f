// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Messages along edges that each have a state and open or close for each channel (anisotropic, gated).
///
///     e′ = e + max(0, norm(eA + h_{s}B + h_{t}C))
///     h′ₜ = hₜ + max(0, norm(hₜU + mean over e into t of σ(e′)⊙h_{s(e)}V))
///
/// Nodes [nodes, width], edges [edges, width], both kept at their width, so that layers are stacked. Norms are layer norms:
/// a node does not depend on who else is in the batch.
///
/// **Reference** X. Bresson & T. Laurent, *Residual gated graph convnets*, arXiv:1711.07553; C. Joshi, T. Laurent &
/// X. Bresson, *An efficient graph convolutional network technique for the travelling salesman problem*, arXiv:1906.01227.
public struct GatedGraphLayer: ModelPart {
  public var width: Int

  public init(width: Int) {
    precondition(width > 0, "a graph layer has at least one channel")
    self.width = width
  }

  private var map: Linear { Linear(width, width, bias: false) }
  private var biased: Linear { Linear(width, width) }

  public var tensors: [ModelTensor] {
    biased.tensors("edge") + map.tensors("source") + map.tensors("target") + biased.tensors("own")
      + map.tensors("message")
      + ["nodeNorm", "edgeNorm"].flatMap { place in
        [ModelTensor("gain", [width], .constant(1)), ModelTensor("bias", [width], .constant(0))].placed(place)
      }
  }

  /// States [nodes, width] and [edges, width] after one round of messages, in the same shapes. Costs four maps of
  /// width² a node and one an edge.
  public func callAsFunction(
    nodes h: TracedTensor, edges e: TracedTensor, _ graph: Graph, _ p: ModelParameters
  ) -> (nodes: TracedTensor, edges: TracedTensor) {
    precondition(graph.sourceCount == graph.targetCount, "edges lead from nodes to nodes of one kind")
    let ends = map(h, p.part("source")).rows(graph.sources) + map(h, p.part("target")).rows(graph.targets)
    let edges = e + norm(biased(e, p.part("edge")) + ends, p.part("edgeNorm")).relu()
    let messages = edges.sigmoid() * map(h, p.part("message")).rows(graph.sources)
    var counts = [Double](repeating: 0, count: graph.targetCount)
    for target in graph.targets.values { counts[Int(target)] += 1 }
    let share = h.constant(counts.map { 1 / max(1, $0) }, [graph.targetCount, 1])
    let heard = graph.gathered(messages) * share
    return (h + norm(biased(h, p.part("own")) + heard, p.part("nodeNorm")).relu(), edges)
  }

  private func norm(_ x: TracedTensor, _ p: ModelParameters) -> TracedTensor {
    x.layerNorm(gain: p["gain"], bias: p["bias"])
  }
}
