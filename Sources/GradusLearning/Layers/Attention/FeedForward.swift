// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// activation(xF₁)F₂ along the last axis, with biases if wanted.
public struct FeedForward: Layer {
  public var width: Int
  public var hidden: Int
  public var activation: Activation
  public var hasBias: Bool
  /// How large F₂ begins, as a multiple of LeCun's numbers.
  public var outputScale: Double

  public init(
    _ width: Int, hidden: Int, _ activation: Activation = .gelu, bias: Bool = false, outputScale: Double = 1
  ) {
    precondition(width > 0 && hidden > 0, "a width of \(width) by way of \(hidden) numbers")
    self.width = width
    self.hidden = hidden
    self.activation = activation
    hasBias = bias
    self.outputScale = outputScale
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("input", inputs: width, outputs: hidden, .lecun(inputs: width))]
      + (hasBias ? [ModelTensor("input.bias", [hidden], .constant(0))] : [])
      + [ModelTensor("output", inputs: hidden, outputs: width, .normal(outputScale / Double(hidden).squareRoot()))]
      + (hasBias ? [ModelTensor("output.bias", [width], .constant(0))] : [])
  }

  /// [.., width] → [.., width]; 2·width·hidden multiplications a vector.
  public func callAsFunction(_ x: TracedTensor, _ p: ModelParameters) -> TracedTensor {
    let h = activation(hasBias ? x.linear(p["input"], p["input.bias"]) : x.matmul(p["input"]))
    return hasBias ? h.linear(p["output"], p["output.bias"]) : h.matmul(p["output"])
  }
}
