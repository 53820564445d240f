// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// One recurrent layer forward and one backward in time, side by side: [rows, time, inputs] → [rows, time, 2·width].
///
/// **Reference** M. Schuster & K. Paliwal, *Bidirectional recurrent neural networks*, IEEE TSP 45 (1997).
public struct Bidirectional<Element: RecurrentLayer>: Layer {
  public var layer: Element

  public init(_ layer: Element) { self.layer = layer }

  public var tensors: [ModelTensor] { layer.tensors("forward") + layer.tensors("backward") }

  /// [rows, time, inputs] → [rows, time, 2·width]: at each time what the forward layer says of the past and, behind it,
  /// what the backward layer says of the future, both with this input. Both begin in the start state.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    let time = x.shape[1]
    let reversed = TensorIndices((0..<time).reversed().map { $0 })
    let byTime = x.permuted([1, 0, 2])
    let start = layer.start(rows: x.shape[0], like: x)
    let forward = layer.run(byTime, from: start, parameters.part("forward")).hidden
    let backward = layer.run(byTime.rows(reversed), from: start, parameters.part("backward")).hidden.rows(reversed)
    return TracedTensor.concatenate([forward, backward], axis: 2).permuted([1, 0, 2])
  }
}
