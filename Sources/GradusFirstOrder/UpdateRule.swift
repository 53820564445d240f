// SPDX-License-Identifier: Apache-2.0

/// How parameters move on hearing a gradient.
///
/// Rules that need whole tensors (factored moments, orthogonalization) conform themselves; those that treat every coordinate
/// alike are an `ElementwiseRule` inside `Elementwise`.
public protocol UpdateRule: Sendable, Codable {
  /// What is remembered from step to step.
  associatedtype State: Sendable & Codable
  /// What is remembered before the first step.
  func start(_ layout: Layout) -> State
  /// θ ← θ + u(g, θ, state), in place. Steps count from 1.
  func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout, step: Int)
  /// Numbers of four bytes that the rule remembers for each parameter.
  var wordsPerParameter: Int { get }
}

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
  public var wordsPerParameter: Int { Cells<Rule.Cell>.words / 8 }

  @inlinable
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Cells<Rule.Cell>, layout: Layout,
    step: Int
  ) {
    let count = layout.count
    precondition(
      parameters.count == count && gradient.count == count,
      "\(parameters.count) parameters and \(gradient.count) numbers of a gradient for a layout of \(count)")
    precondition(state.count == (count + 7) / 8, "the memory of the rule belongs to another layout")
    let norm = rule.needsGradientNorm ? gradientNorm(gradient) : nil
    let constants = rule.constants(StepContext(step: step, gradientNorm: norm))
    let (whole, rest) = (count / 8, count % 8)
    let rule = rule
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        state.withUnsafeMutableBufferPointer { cells in
          guard let p = parameters.baseAddress, let g = gradient.baseAddress, let c = cells.baseAddress else { return }
          let rawParameters = UnsafeMutableRawPointer(p)
          let rawGradient = UnsafeRawPointer(g)
          for i in 0..<whole {
            var direction = rawGradient.loadUnaligned(fromByteOffset: 32 * i, as: Lane.self)
            let old = UnsafeRawPointer(rawParameters).loadUnaligned(fromByteOffset: 32 * i, as: Lane.self)
            rule.transform(&direction, parameter: old, cell: &c[i], constants)
            rawParameters.storeBytes(of: old + direction, toByteOffset: 32 * i, as: Lane.self)
          }
          guard rest > 0 else { return }
          var direction = Lane.zero
          var old = Lane.zero
          for k in 0..<rest {
            direction[k] = g[8 * whole + k]
            old[k] = p[8 * whole + k]
          }
          rule.transform(&direction, parameter: old, cell: &c[whole], constants)
          for k in 0..<rest { p[8 * whole + k] = old[k] + direction[k] }
        }
      }
    }
  }
}

/// |g|.
@usableFromInline
func gradientNorm(_ gradient: Span<Float>) -> Float { Float(gradientSquare(gradient).squareRoot()) }

/// |g|² in double precision, summed in fixed blocks.
func gradientSquare(_ gradient: Span<Float>) -> Double {
  gradient.withUnsafeBufferPointer { g in
    var total = 0.0
    var start = 0
    while start < g.count {
      let end = min(start + 4096, g.count)
      var lanes = SIMD8<Double>.zero
      var i = start
      while i + 8 <= end {
        var x = SIMD8<Double>.zero
        for k in 0..<8 { x[k] = Double(g[i + k]) }
        lanes += x * x
        i += 8
      }
      var rest = 0.0
      while i < end {
        rest += Double(g[i]) * Double(g[i])
        i += 1
      }
      total += lanes.sum() + rest
      start = end
    }
    return total
  }
}
