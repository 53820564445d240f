// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// A layer and the shape of what it is shown, in double precision.
struct LayerCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shape: TensorShape
  /// The shape of what it makes of it.
  let output: TensorShape
  let tensors: [ModelTensor]
  let isTraining: Bool
  let apply: @Sendable (TracedTensor, ModelParameters) -> TracedTensor

  init(
    _ name: String, _ shape: TensorShape, to output: TensorShape? = nil, _ layer: any Layer, isTraining: Bool = false
  ) {
    self.init(name, shape, to: output, layer.tensors, isTraining: isTraining) { layer.callAsFunction($0, $1) }
  }

  init(
    _ name: String, _ shape: TensorShape, to output: TensorShape? = nil, _ tensors: [ModelTensor],
    isTraining: Bool = false,
    _ apply: @escaping @Sendable (TracedTensor, ModelParameters) -> TracedTensor
  ) {
    self.name = name
    self.shape = shape
    self.output = output ?? shape
    self.tensors = tensors
    self.isTraining = isTraining
    self.apply = apply
  }

  var testDescription: String { name }

  /// Numbers between −1 and 1, variances between ½ and 1½.
  func point(_ seed: UInt64 = 7) -> [Tensor] {
    var random = RandomStream(seed: seed)
    return [DerivativeLaws.sample(shape, &random)]
      + tensors.map { tensor in
        let sample = DerivativeLaws.sample(TensorShape(tensor.shape), &random)
        guard tensor.name.hasSuffix("variance") else { return sample }
        return Tensor(sample.doubles.map { 1 + $0 / 2 }, sample.shape)
      }
  }

  func value(_ point: [TracedTensor]) -> TracedTensor {
    let named = zip(tensors.map(\.name), point.dropFirst())
    let use = isTraining ? ModelUse.training(RandomStream(seed: 3)) : .inference
    return apply(point[0], ModelParameters(Dictionary(uniqueKeysWithValues: named), use: use))
  }

  func value(_ point: [Tensor]) throws -> Tensor {
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    return try value(point.map { tape.constant($0) }).value
  }
}
