// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Filters over signals: [rows, inputs, t] → [rows, outputs, t′], t′ = ⌊(t + 2·padding − dilation(window − 1) − 1)/stride⌋ + 1.
///
/// A causal one pads with dilation(window − 1) zeros in front and none behind: no output hears a later input.
public struct Convolution1D: Layer {
  public var inputs: Int
  public var outputs: Int
  public var window: Int
  public var stride: Int
  /// Zeros on both sides.
  public var padding: Int
  /// Steps between the numbers that a filter reads.
  public var dilation: Int
  public var isCausal: Bool
  public var hasBias: Bool

  public init(
    _ inputs: Int, _ outputs: Int, window: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    isCausal: Bool = false, bias: Bool = true
  ) {
    precondition(inputs > 0 && outputs > 0 && window > 0, "a window of \(window) from \(inputs) to \(outputs) channels")
    precondition(stride > 0 && padding >= 0 && dilation > 0, "a stride of \(stride) with a padding of \(padding)")
    precondition(!isCausal || padding == 0, "a causal convolution has a padding of its own")
    self.inputs = inputs
    self.outputs = outputs
    self.window = window
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.isCausal = isCausal
    hasBias = bias
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("filters", [outputs, inputs, window], .he(inputs: inputs * window))]
      + (hasBias ? [ModelTensor("bias", [outputs], .constant(0))] : [])
  }

  /// [rows, inputs, t] → [rows, outputs, t′]; inputs·outputs·window·t′ multiplications a row.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    let x = isCausal ? x.padded(axis: -1, before: dilation * (window - 1), after: 0) : x
    return x.convolution1D(
      parameters["filters"], bias: hasBias ? parameters["bias"] : nil, stride: stride, padding: padding,
      dilation: dilation)
  }
}
