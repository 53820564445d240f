// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Transformer layers over a sequence, every position hearing every other (or those before it, when causal); the class is
/// told from the mean over positions, or from the last one.
public struct TransformerClassifier: Network {
  public var input: SequenceInput
  /// Positions of the longest sequence.
  public var context: Int
  public var classes: Int
  public var width: Int
  public var layers: Int
  public var heads: Int
  public var isCausal: Bool
  /// In training, of what comes to the ways around.
  public var dropout: Double

  public init(
    _ input: SequenceInput, context: Int, classes: Int, width: Int = 64, layers: Int = 2, heads: Int = 4,
    isCausal: Bool = false, dropout: Double = 0
  ) {
    precondition(context > 0 && classes > 0 && layers > 0, "\(layers) layers over \(context) positions")
    precondition(heads > 0 && width % heads == 0, "a width of \(width) does not split into \(heads) heads")
    self.input = input
    self.context = context
    self.classes = classes
    self.width = width
    self.layers = layers
    self.heads = heads
    self.isCausal = isCausal
    self.dropout = dropout
  }

  private var map: Linear { Linear(input.width, width) }
  private var output: Linear { Linear(width, classes) }
  private var layer: TransformerLayer {
    TransformerLayer(
      width, heads: heads, isCausal: isCausal, dropout: dropout, outputScale: 1 / Double(2 * layers).squareRoot())
  }

  public var tensors: [ModelTensor] {
    input.tensors("input") + map.tensors("map") + [ModelTensor("position", [context, width], .normal(0.1))]
      + (0..<layers).flatMap { layer.tensors("layer\($0)") } + LayerNorm(width).tensors("norm")
      + output.tensors("output")
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    let shown = input(batch, parameters.part("input")), length = shown.shape[1]
    precondition(length <= context, "a sequence of \(length) positions for a context of \(context)")
    var x = map(shown, parameters.part("map")) + parameters["position"].slice(axis: 0, from: 0, count: length)
    for k in 0..<layers { x = layer(x, parameters.part("layer\(k)")) }
    let last = x.slice(axis: 1, from: length - 1, count: 1)
    let one = isCausal ? last.reshaped([x.shape[0], width]) : x.mean(over: [1])
    return output(LayerNorm(width)(one, parameters.part("norm")), parameters.part("output"))
  }
}
