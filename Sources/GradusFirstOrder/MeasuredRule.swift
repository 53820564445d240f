// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A rule in two passes: sums over all coordinates first, then a step that depends on them.
///
///     1.  s ← measure(g, θ, cell),   sums += …       every coordinate
///     2.  numbers of the step ← decide(sums)         once
///     3.  θ ← θ + transform(g, θ, cell)              every coordinate
///
/// Sums are taken in double precision, in blocks that depend on the layout alone.
public protocol MeasuredRule: UpdateRule where State == MeasuredState<Cell, Scalars> {
  /// What is remembered about sixteen neighboring coordinates.
  associatedtype Cell: BitwiseCopyable & Sendable
  /// What is remembered once for all coordinates, or once a tensor.
  associatedtype Scalars: Sendable & Codable
  /// What the coordinates share in the first pass.
  associatedtype Beginning: Sendable
  /// What they share in the second.
  associatedtype Constants: Sendable
  /// What is remembered about sixteen neighboring coordinates before the first step.
  var cell: Cell { get }
  /// What is remembered once, or once a tensor, before the first step.
  var scalars: Scalars { get }
  /// True when every tensor has sums and scalars of its own.
  var measuresTensors: Bool { get }
  /// False when there is nothing to sum, so that the first pass is left out.
  var hasFirstPass: Bool { get }
  /// How many numbers of a cell, the first ones, the second pass reads: what it asks of memory in advance.
  var wordsOfSecondPass: Int { get }
  /// Before the first pass.
  func begin(_ context: StepContext, _ scalars: inout Scalars) -> Beginning
  /// The first pass.
  func measure(_ g: Lane, parameter: Lane, cell: inout Cell, _ constants: Beginning, into sums: inout Sums)
  /// Between the passes.
  func decide(_ sums: Sums, _ context: StepContext, _ scalars: inout Scalars) -> Constants
  /// The second pass: the gradient enters, what is added to the parameters leaves.
  func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell, _ constants: Constants)
}

/// Up to four sums over coordinates, kept apart by the place in a lane.
public struct Sums: Sendable {
  public var first = SIMD16<Double>.zero
  public var second = SIMD16<Double>.zero
  public var third = SIMD16<Double>.zero
  public var fourth = SIMD16<Double>.zero

  public init() {}

  static func += (a: inout Sums, b: Sums) {
    a.first += b.first
    a.second += b.second
    a.third += b.third
    a.fourth += b.fourth
  }
}

/// Cells for the coordinates, and numbers that all of them, or those of a tensor, share.
public struct MeasuredState<Cell: BitwiseCopyable & Sendable, Scalars: Sendable & Codable>: Sendable, Codable {
  public internal(set) var cells: Cells<Cell>
  /// One for all, or one a tensor.
  public internal(set) var scalars: [Scalars]
}

extension MeasuredRule {
  public var measuresTensors: Bool { false }
  public var hasFirstPass: Bool { true }
  public var wordsOfSecondPass: Int { Cells<Cell>.words / Lane.scalarCount }
  public var treatsTensorsAlone: Bool { measuresTensors }
  public var wordsPerParameter: Double { Double(Cells<Cell>.words) / Double(Lane.scalarCount) }

  /// Cells for the whole buffer, or for each tensor by itself.
  public func start(_ layout: Layout) -> MeasuredState<Cell, Scalars> {
    let pieces = pieces(layout)
    return MeasuredState(
      cells: Cells(repeating: cell, count: pieces.reduce(0) { $0 + Lane.number($1.count) }),
      scalars: pieces.map { _ in scalars })
  }

  private func pieces(_ layout: Layout) -> [Range<Int>] {
    measuresTensors ? layout.slots.map(\.range) : [0..<layout.count]
  }

  /// The two passes.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout MeasuredState<Cell, Scalars>,
    layout: Layout, context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    let pieces = pieces(layout)
    precondition(
      state.scalars.count == pieces.count && state.cells.count == pieces.reduce(0) { $0 + Lane.number($1.count) },
      "the memory of the rule belongs to another layout")
    var context = context
    if needsGradientNorm, context.gradientNorm == nil { context.gradientNorm = gradientNorm(gradient) }
    var scalars = state.scalars
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        state.cells.withUnsafeMutableBufferPointer { cells in
          guard let p = parameters.baseAddress, let g = gradient.baseAddress, var c = cells.baseAddress else { return }
          for (k, piece) in pieces.enumerated() {
            let pass = Pass(
              p: p + piece.lowerBound, g: g + piece.lowerBound, c: c, count: piece.count, context: context)
            step(pass, &scalars[k])
            c += Lane.number(piece.count)
          }
        }
      }
    }
    state.scalars = scalars
  }

  private func step(_ pass: Pass<Cell>, _ scalars: inout Scalars) {
    var total = Sums()
    let beginning = begin(pass.context, &scalars)
    if hasFirstPass {
      var partial = [Sums](repeating: Sums(), count: Blocks.number(pass.count))
      partial.withUnsafeMutableBufferPointer { partial in
        guard let base = partial.baseAddress else { return }
        Blocks.each(pass.count, pass.context.crew) { block, cells in
          base[block] = measured(pass, cells, beginning)
        }
      }
      for sums in partial { total += sums }
    }
    let constants = decide(total, pass.context, &scalars)
    // From the end: what the first pass has seen last is still near.
    Blocks.eachFromEnd(pass.count, pass.context.crew) { transformed(pass, $0, constants) }
  }

  private func transformed(_ pass: Pass<Cell>, _ cells: Range<Int>, _ constants: Constants) {
    let (c, count, width) = (pass.c, pass.count, Lane.scalarCount)
    let (lines, isOnly) = (wordsOfSecondPass, !hasFirstPass)
    let whole = min(cells.upperBound, count / width)
    var i = cells.lowerBound
    while i < whole {
      let (p, g) = (pass.p + width &* i, pass.g + width &* i)
      Ahead.write(p)
      Ahead.write(cell: c + i, lines: lines)
      if isOnly { Ahead.read(g) }
      var direction = Lane(whole: g)
      let old = Lane(whole: p)
      transform(&direction, parameter: old, cell: &c[i], constants)
      (old + direction).store(whole: p)
      i &+= 1
    }
    guard cells.upperBound > whole else { return }
    var direction = Lane(pass.g, width * whole, count)
    let old = Lane(pass.p, width * whole, count)
    transform(&direction, parameter: old, cell: &c[whole], constants)
    (old + direction).store(pass.p, width * whole, count)
  }

  private func measured(_ pass: Pass<Cell>, _ cells: Range<Int>, _ beginning: Beginning) -> Sums {
    let (c, count, width) = (pass.c, pass.count, Lane.scalarCount)
    var sums = Sums()
    let whole = min(cells.upperBound, count / width)
    var i = cells.lowerBound
    while i < whole {
      let (p, g) = (pass.p + width &* i, pass.g + width &* i)
      Ahead.read(p)
      Ahead.read(g)
      Ahead.write(cell: c + i)
      measure(Lane(whole: g), parameter: Lane(whole: p), cell: &c[i], beginning, into: &sums)
      i &+= 1
    }
    if cells.upperBound > whole {
      measure(
        Lane(pass.g, width * whole, count), parameter: Lane(pass.p, width * whole, count), cell: &c[whole], beginning,
        into: &sums)
    }
    return sums
  }
}

/// The memory that a step of a measured rule walks over.
private struct Pass<Cell: BitwiseCopyable & Sendable> {
  var p: UnsafeMutablePointer<Float>
  var g: UnsafePointer<Float>
  var c: UnsafeMutablePointer<Cell>
  var count: Int
  var context: StepContext
}

/// The product of lanes in double precision.
@inline(__always)
func product(_ x: Lane, _ y: Lane) -> SIMD16<Double> { widened(x) * widened(y) }
