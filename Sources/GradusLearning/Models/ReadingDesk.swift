// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusNumerics
import GradusTensor

/// Parameters and a tape that records nothing.
struct ReadingDesk {
  let tape = TensorTape(engine: TensorEngine(), isRecording: false)
  private let named: [(name: String, tensor: Tensor)]

  init(_ model: some Network, _ parameters: Buffer<Float>) {
    let layout = model.layout
    precondition(parameters.count == layout.count, "\(parameters.count) parameters for a model of \(layout.count)")
    precondition(model.statisticsLayout.count == 0, "a model of texts has no statistics of its data")
    named = layout.slots.map { ($0.name, Tensor(Array(parameters.elements[$0.range]), TensorShape($0.shape))) }
  }

  /// A tape with nothing on it but the parameters.
  func cleared() -> ModelParameters {
    tape.reset()
    var tensors: [String: TracedTensor] = [:]
    tensors.reserveCapacity(named.count)
    for (name, tensor) in named { tensors[name] = tape.constant(tensor, name: name) }
    return ModelParameters(tensors)
  }
}
