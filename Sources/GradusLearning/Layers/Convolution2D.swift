// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Filters over images: [rows, inputs, h, w] → [rows, outputs, h′, w′], h′ = ⌊(h + 2·padding − window)/stride⌋ + 1.
///
/// It is what the field calls a convolution: filters are not mirrored.
public struct Convolution2D: Layer {
  public var inputs: Int
  public var outputs: Int
  /// Height and width of a filter.
  public var window: [Int]
  public var stride: Int
  /// Zeros around the image.
  public var padding: Int
  public var hasBias: Bool

  public init(_ inputs: Int, _ outputs: Int, window: [Int], stride: Int = 1, padding: Int = 0, bias: Bool = true) {
    precondition(inputs > 0 && outputs > 0, "a convolution from \(inputs) to \(outputs) channels")
    precondition(window.count == 2 && window.allSatisfy { $0 > 0 }, "a window \(window); expected a height and a width")
    precondition(stride > 0 && padding >= 0, "a stride of \(stride) with a padding of \(padding)")
    self.inputs = inputs
    self.outputs = outputs
    self.window = window
    self.stride = stride
    self.padding = padding
    hasBias = bias
  }

  /// Square filters.
  public init(_ inputs: Int, _ outputs: Int, window: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true) {
    self.init(inputs, outputs, window: [window, window], stride: stride, padding: padding, bias: bias)
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("filters", [outputs, inputs] + window, .he(inputs: inputs * window[0] * window[1]))]
      + (hasBias ? [ModelTensor("bias", [outputs], .constant(0))] : [])
  }

  /// [rows, inputs, h, w] → [rows, outputs, h′, w′]; inputs·outputs·h′·w′ times the numbers of a window in
  /// multiplications a row.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    x.convolution2D(
      parameters["filters"], bias: hasBias ? parameters["bias"] : nil, stride: (stride, stride),
      padding: (padding, padding))
  }
}
