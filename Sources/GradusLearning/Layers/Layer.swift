// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Something that has tensors in a model. A value; the numbers are kept apart from it.
///
/// A part lists its tensors by names of its own. A part made of parts gives each a place:
///
///     var tensors: [ModelTensor] { norm.tensors("norm") + output.tensors("output") }
///
///     func callAsFunction(_ x: TracedTensor, _ p: ModelParameters) -> TracedTensor {
///       output(norm(x, p.part("norm")), p.part("output"))
///     }
public protocol ModelPart: Sendable, Codable, Hashable {
  /// Its tensors, each once.
  var tensors: [ModelTensor] { get }
}

extension ModelPart {
  /// Its tensors when it is called `place` in a larger part: "weight" is then "place.weight".
  public func tensors(_ place: String) -> [ModelTensor] { tensors.placed(place) }
}

/// A part of a model that makes one tensor of another.
///
/// `parameters` is what this part sees (`ModelParameters.part`). Whether the model is being trained, and the random stream
/// of this place for this batch, are there as well.
public protocol Layer: ModelPart {
  /// What the layer makes of `x`, of which the first axis usually counts rows of a batch. Each layer says which shapes
  /// go in and out; a shape that does not fit is a broken precondition here or in the tensor operation.
  func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor

  /// How many parts it is in a chain: 1, unless it is a chain itself.
  var linkCount: Int { get }
  /// Its tensors when it is part `number` of a chain.
  func linkTensors(from number: Int) -> [ModelTensor]
  /// What it makes of `x` when it is part `number` of a chain.
  func callLinks(_ x: TracedTensor, _ parameters: ModelParameters, from number: Int) -> TracedTensor
}

extension Layer {
  public var linkCount: Int { 1 }

  public func linkTensors(from number: Int) -> [ModelTensor] { tensors("\(number)") }

  public func callLinks(_ x: TracedTensor, _ parameters: ModelParameters, from number: Int) -> TracedTensor {
    self(x, parameters.part("\(number)"))
  }
}
