// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// y = xW + b along the last axis: [.., inputs] → [.., outputs].
public struct Linear: Layer {
  public var inputs: Int
  public var outputs: Int
  public var hasBias: Bool
  /// How W begins; LeCun's normal numbers when nil.
  public var initializer: Initializer?

  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer? = nil) {
    precondition(inputs > 0 && outputs > 0, "a linear map from \(inputs) to \(outputs) numbers")
    self.inputs = inputs
    self.outputs = outputs
    hasBias = bias
    self.initializer = initializer
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("weight", inputs: inputs, outputs: outputs, initializer ?? .lecun(inputs: inputs))]
      + (hasBias ? [ModelTensor("bias", [outputs], .constant(0))] : [])
  }

  /// [.., inputs] → [.., outputs]; inputs·outputs multiplications a vector.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    hasBias ? x.linear(parameters["weight"], parameters["bias"]) : x.matmul(parameters["weight"])
  }

  /// max(0, xW + b), as one operation.
  func rectified(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    hasBias ? x.linear(parameters["weight"], parameters["bias"], rectified: true) : self(x, parameters).relu()
  }
}
