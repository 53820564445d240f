// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusNumerics
import GradusTensor

/// A part of a model with fresh numbers, in double precision, as a function for the laws of derivatives.
struct PartHarness {
  let names: [String]
  let tensors: [Tensor]

  /// Numbers are drawn as the part begins, and constants are moved off their value, so that every parameter matters.
  init(_ part: some ModelPart, seed: UInt64 = 1) {
    var random = RandomStream(seed: seed)
    names = part.tensors.map(\.name)
    tensors = part.tensors.map { tensor in
      let begin = tensor.initializer.numbers(tensor.shape, random.child("begin", Int(random.next() >> 40)))
      let shape = TensorShape(tensor.shape)
      let moved = zip(begin, DerivativeLaws.sample(shape, &random).doubles).map { Double($0) + 0.2 * $1 }
      return Tensor(moved, shape)
    }
  }

  /// The parameters on a tape.
  func parameters(
    _ traced: some Collection<TracedTensor>, use: ModelUse = .inference, penalties: ModelPenalties? = nil
  ) -> ModelParameters {
    ModelParameters(Dictionary(uniqueKeysWithValues: zip(names, traced)), use: use, penalties: penalties)
  }

  func constants(_ tape: TensorTape) -> ModelParameters { parameters(tensors.map { tape.constant($0) }) }

  /// Violations of a function of inputs and the part's parameters.
  func violations(
    at inputs: [Tensor], use: ModelUse = .inference, second: Bool = true,
    _ function: @escaping ([TracedTensor], ModelParameters) -> TracedTensor
  ) throws -> [DerivativeLaws.Violation] {
    try DerivativeLaws(engine: TensorEngine()) { xs in
      let penalties = ModelPenalties()
      let y = function(
        Array(xs.prefix(inputs.count)), parameters(xs.dropFirst(inputs.count), use: use, penalties: penalties))
      return penalties.terms.reduce(y) { $0 + $1 }
    }.violations(at: inputs + tensors, second: second)
  }
}
