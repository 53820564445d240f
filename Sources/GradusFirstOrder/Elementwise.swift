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
    Cells(repeating: rule.cell, count: Lane.number(layout.count))
  }

  @inlinable
  public var wordsPerParameter: Double { Double(Cells<Rule.Cell>.words) / Double(Lane.scalarCount) }

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
    precondition(state.count == Lane.number(count), "the memory of the rule belongs to another layout")
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
    let width = Lane.scalarCount
    let whole = min(cells.upperBound, count / width)
    var i = cells.lowerBound
    while i < whole {
      let (p, g) = (p + width &* i, g + width &* i)
      Ahead.write(p)
      Ahead.read(g)
      Ahead.write(cell: c + i)
      var direction = Lane(whole: g)
      let old = Lane(whole: p)
      rule.transform(&direction, parameter: old, cell: &c[i], constants)
      (old + direction).store(whole: p)
      i &+= 1
    }
    guard cells.upperBound > whole else { return }
    var direction = Lane(g, width * whole, count)
    let old = Lane(p, width * whole, count)
    rule.transform(&direction, parameter: old, cell: &c[whole], constants)
    (old + direction).store(p, width * whole, count)
  }
}
