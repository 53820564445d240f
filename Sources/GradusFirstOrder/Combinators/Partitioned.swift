// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// One rule for the tensors that are meant, and another one for the rest: nested, any number of rules.
///
///     Partitioned("embedding*", SGD(), else: Partitioned("matrices", Muon(), else: AdamW()))
public struct Partitioned<First: UpdateRule, Second: UpdateRule>: UpdateRule {
  public var pattern: TensorPattern
  public var first: First
  public var second: Second

  public init(_ pattern: TensorPattern, _ first: First, else second: Second) {
    self.pattern = pattern
    self.first = first
    self.second = second
  }

  /// The memories of both, one for each stretch of tensors where a rule treats tensors alone.
  public struct State: Sendable, Codable {
    public internal(set) var first: [First.State]
    public internal(set) var second: [Second.State]
  }

  public var wordsPerParameter: Double { max(first.wordsPerParameter, second.wordsPerParameter) }
  public var needsGradientNorm: Bool { first.needsGradientNorm || second.needsGradientNorm }
  public var needsLoss: Bool { first.needsLoss || second.needsLoss }
  public var treatsTensorsAlone: Bool { first.treatsTensorsAlone && second.treatsTensorsAlone }

  private func pieces(_ layout: Layout) -> (first: [Piece], second: [Piece]) {
    (
      Piece.pieces(layout, alone: first.treatsTensorsAlone) { pattern.matches($0) },
      Piece.pieces(layout, alone: second.treatsTensorsAlone) { !pattern.matches($0) }
    )
  }

  /// What both remember at the start.
  public func start(_ layout: Layout) -> State {
    let pieces = pieces(layout)
    return State(
      first: pieces.first.map { first.start($0.layout) }, second: pieces.second.map { second.start($0.layout) })
  }

  /// One step of both.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    let pieces = pieces(layout)
    precondition(
      state.first.count == pieces.first.count && state.second.count == pieces.second.count,
      "the memory of the rule belongs to another layout")
    var context = context
    if needsGradientNorm, context.gradientNorm == nil { context.gradientNorm = gradientNorm(gradient) }
    for (k, piece) in pieces.first.enumerated() { piece.update(first, &parameters, gradient, &state.first[k], context) }
    for (k, piece) in pieces.second.enumerated() {
      piece.update(second, &parameters, gradient, &state.second[k], context)
    }
  }

  /// What the first rule wants, or else the second.
  public func wantedCurvature(at step: Int) -> CurvatureEstimate? {
    first.wantedCurvature(at: step) ?? second.wantedCurvature(at: step)
  }

  /// Both hear their part.
  public func hear(_ diagonal: Span<Float>, state: inout State, layout: Layout) {
    let pieces = pieces(layout)
    for (k, piece) in pieces.first.enumerated() { piece.hear(first, diagonal, &state.first[k]) }
    for (k, piece) in pieces.second.enumerated() { piece.hear(second, diagonal, &state.second[k]) }
  }

  /// The points that both report, each in its place.
  public func evaluationPoint(_ parameters: Span<Float>, state: State, layout: Layout) -> [Float]? {
    var point = parameters.withUnsafeBufferPointer { Array($0) }
    let pieces = pieces(layout)
    var isOther = false
    for (k, piece) in pieces.first.enumerated() where piece.evaluate(first, state.first[k], &point) { isOther = true }
    for (k, piece) in pieces.second.enumerated() where piece.evaluate(second, state.second[k], &point) {
      isOther = true
    }
    return isOther ? point : nil
  }
}
