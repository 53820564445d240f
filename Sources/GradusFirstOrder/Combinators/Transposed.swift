// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Any rule, shown matrices with rows and columns exchanged.
///
///     θ ← (θᵀ + u(gᵀ, θᵀ, memory))ᵀ         tensors with two axes that are meant; the others as they are
///
/// Rules that treat a row as one neuron (NorMuon, SWAN, the scale of Muon) expect matrices [outputs, inputs]. The linear maps of
/// this library are stored [inputs, outputs], filters of convolutions [outputs, inputs, …]: around such a rule, this makes rows
/// of neurons.
///
/// Cost: three more passes over the parameters and one copy of parameters and gradient.
public struct Transposed<Base: UpdateRule>: UpdateRule {
  public var base: Base
  /// Tensors that are meant, among those with two axes.
  public var pattern: TensorPattern

  public init(_ base: Base, _ pattern: TensorPattern = "matrices") {
    self.base = base
    self.pattern = pattern
  }

  public var wordsPerParameter: Double { base.wordsPerParameter }
  public var needsGradientNorm: Bool { base.needsGradientNorm }
  public var needsLoss: Bool { base.needsLoss }
  public var treatsTensorsAlone: Bool { base.treatsTensorsAlone }

  private func isMeant(_ slot: Layout.Slot) -> Bool { slot.shape.count == 2 && pattern.matches(slot) }

  /// The layout that the rule sees: shapes of the meant tensors reversed.
  public func turned(_ layout: Layout) -> Layout {
    Layout(layout.slots.map { ($0.name, isMeant($0) ? $0.shape.reversed() : $0.shape) })
  }

  public func start(_ layout: Layout) -> Base.State { base.start(turned(layout)) }

  /// One step of the rule on the exchanged tensors.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Base.State, layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    let other = turned(layout)
    var seen = parameters.withUnsafeMutableBufferPointer { exchanged(UnsafeBufferPointer($0), layout) }
    let heard = gradient.withUnsafeBufferPointer { exchanged($0, layout) }
    var span = seen.mutableSpan
    base.update(&span, gradient: heard.span, state: &state, layout: other, context: context)
    parameters.withUnsafeMutableBufferPointer { target in
      seen.withUnsafeBufferPointer { exchange($0, other, into: target) }
    }
  }

  public func wantedCurvature(at step: Int) -> CurvatureEstimate? { base.wantedCurvature(at: step) }

  /// The diagonal is exchanged as the tensors are.
  public func hear(_ diagonal: Span<Float>, state: inout Base.State, layout: Layout) {
    let heard = diagonal.withUnsafeBufferPointer { exchanged($0, layout) }
    base.hear(heard.span, state: &state, layout: turned(layout))
  }

  public func evaluationPoint(_ parameters: Span<Float>, state: Base.State, layout: Layout) -> [Float]? {
    let other = turned(layout)
    let seen = parameters.withUnsafeBufferPointer { exchanged($0, layout) }
    return base.evaluationPoint(seen.span, state: state, layout: other).map { point in
      point.withUnsafeBufferPointer { exchanged($0, other) }
    }
  }

  private func exchanged(_ source: UnsafeBufferPointer<Float>, _ layout: Layout) -> [Float] {
    [Float](unsafeUninitializedCapacity: source.count) { target, count in
      exchange(source, layout, into: target)
      count = source.count
    }
  }

  /// Tiles of 16 × 16, so that neither side is read far apart.
  private func exchange(
    _ source: UnsafeBufferPointer<Float>, _ layout: Layout, into target: UnsafeMutableBufferPointer<Float>
  ) {
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    for slot in layout.slots {
      let (a, b) = (from + slot.offset, to + slot.offset)
      guard isMeant(slot) else {
        b.update(from: a, count: slot.count)
        continue
      }
      let (rows, columns, tile) = (slot.shape[0], slot.shape[1], 16)
      for i in stride(from: 0, to: rows, by: tile) {
        for j in stride(from: 0, to: columns, by: tile) {
          for q in j..<min(j + tile, columns) {
            for p in i..<min(i + tile, rows) { b[q * rows + p] = a[p * columns + q] }
          }
        }
      }
    }
  }
}
