// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// One layer after the other: `Linear(4, 8).then(Activation.relu).then(Linear(8, 2))` has the parts "0", "1" and "2".
public struct Chain<First: Layer, Second: Layer>: Layer {
  public var first: First
  public var second: Second

  public init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  public var tensors: [ModelTensor] {
    first.linkTensors(from: 0) + second.linkTensors(from: first.linkCount)
  }

  /// What the second layer makes of what the first makes of `x`; layers of chains within chains are numbered through.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    callLinks(x, parameters, from: 0)
  }

  public var linkCount: Int { first.linkCount + second.linkCount }

  public func linkTensors(from number: Int) -> [ModelTensor] {
    first.linkTensors(from: number) + second.linkTensors(from: number + first.linkCount)
  }

  public func callLinks(_ x: TracedTensor, _ parameters: ModelParameters, from number: Int) -> TracedTensor {
    second.callLinks(first.callLinks(x, parameters, from: number), parameters, from: number + first.linkCount)
  }
}

extension Layer {
  /// This layer, then that one.
  public func then<Next: Layer>(_ next: Next) -> Chain<Self, Next> { Chain(self, next) }
}

/// Several layers of one kind, one after the other: the parts "0", "1", ….
public struct Stack<Element: Layer>: Layer {
  public var layers: [Element]

  public init(_ layers: [Element]) { self.layers = layers }

  public var tensors: [ModelTensor] { layers.enumerated().flatMap { $1.tensors("\($0)") } }

  /// What the last layer makes of `x` after all before it; `x` itself without layers.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    layers.enumerated().reduce(x) { $1.element($0, parameters.part("\($1.offset)")) }
  }
}
