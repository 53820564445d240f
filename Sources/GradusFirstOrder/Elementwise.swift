// SPDX-License-Identifier: Apache-2.0

/// An elementwise rule as an update rule: one pass over parameters, gradient and memory.
///
///     bytes moved a step and parameter: 4·(3 + 2·words)        gradient read; parameter and memory read and written
public struct Elementwise<Rule: ElementwiseRule>: UpdateRule {
  public var rule: Rule

  @inlinable
  public init(_ rule: Rule) { self.rule = rule }

  @inlinable
  public func start(_ layout: Layout) -> Cells<Rule.Cell> {
    Cells(repeating: rule.cell, count: (layout.count + 7) / 8)
  }

  @inlinable
  public var wordsPerParameter: Double { Double(Cells<Rule.Cell>.words) / 8 }

  @inlinable
  public var needsGradientNorm: Bool { rule.needsGradientNorm }

  @inlinable
  public var treatsTensorsAlone: Bool { true }

  /// One pass, in blocks that depend on the layout alone.
  @inlinable
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Cells<Rule.Cell>, layout: Layout,
    context: StepContext
  ) {
    let count = layout.count
    Blocks.check(parameters.count, gradient.count, layout)
    precondition(state.count == (count + 7) / 8, "the memory of the rule belongs to another layout")
    var context = context
    if rule.needsGradientNorm, context.gradientNorm == nil { context.gradientNorm = gradientNorm(gradient) }
    let constants = rule.constants(context)
    let rule = rule
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        state.withUnsafeMutableBufferPointer { cells in
          guard let p = parameters.baseAddress, let g = gradient.baseAddress, let c = cells.baseAddress else { return }
          Blocks.run(count, context.crew) { Self.sweep(rule, constants, p, g, c, cells: $0, count: count) }
        }
      }
    }
  }

  /// The cells of one block.
  @inlinable
  static func sweep(
    _ rule: Rule, _ constants: Rule.Constants, _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Rule.Cell>, cells: Range<Int>, count: Int
  ) {
    let rawParameters = UnsafeMutableRawPointer(p)
    let rawGradient = UnsafeRawPointer(g)
    let whole = min(cells.upperBound, count / 8)
    var i = cells.lowerBound
    while i < whole {
      var direction = rawGradient.loadUnaligned(fromByteOffset: 32 * i, as: Lane.self)
      let old = UnsafeRawPointer(rawParameters).loadUnaligned(fromByteOffset: 32 * i, as: Lane.self)
      rule.transform(&direction, parameter: old, cell: &c[i], constants)
      rawParameters.storeBytes(of: old + direction, toByteOffset: 32 * i, as: Lane.self)
      i += 1
    }
    guard cells.upperBound > whole else { return }
    var direction = Lane(g, 8 * whole, count)
    let old = Lane(p, 8 * whole, count)
    rule.transform(&direction, parameter: old, cell: &c[whole], constants)
    (old + direction).store(p, 8 * whole, count)
  }
}
