// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Ranges by interval arithmetic; the objective is negated for maximization, as in all answers.
extension FormulaOracle: RangeOracle {
  /// Interval values over the box.
  public func ranges(over box: Box) async throws -> ProgramRanges {
    var sweep = IntervalSweep(program)
    let sides = box.lower.indices.map { Interval(box.lower[$0], box.upper[$0]) }
    sweep.forward(sides)
    let roots = (0...program.constraintCount).map { ProgramRanges.Sides(sweep.range(ofRow: $0, in: sides)) }
    return ProgramRanges(objective: turned(roots[roots.count - 1]), rows: Array(roots.dropLast()))
  }

  /// Interval values and rates along the ray.
  public func ranges(from point: Vector, along direction: Vector) async throws -> ProgramRanges {
    let roots = RaySweep(program, from: point, along: direction).roots()
    let objective = roots[roots.count - 1]
    return ProgramRanges(
      objective: turned(ProgramRanges.Sides(objective.value)),
      rows: roots.dropLast().map { ProgramRanges.Sides($0.value) },
      objectiveRate: turned(ProgramRanges.Sides(objective.rate)),
      rowRates: roots.dropLast().map { ProgramRanges.Sides($0.rate) })
  }

  private func turned(_ sides: ProgramRanges.Sides) -> ProgramRanges.Sides {
    program.linear.sense == .minimize ? sides : ProgramRanges.Sides(-sides.upper, -sides.lower)
  }
}

extension ProgramRanges.Sides {
  fileprivate init(_ range: Interval) {
    self = range.isEmpty ? Self(-.infinity, .infinity) : Self(range.lower, range.upper)
  }
}
