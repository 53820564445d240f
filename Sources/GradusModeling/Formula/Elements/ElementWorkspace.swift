// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// The numbers of one evaluation of an element tape; belongs to one question at a time.
///
/// Values of costly functions are kept until another point comes. Every evaluation says whether its results are finite:
/// where a product of zero and infinity arises, the tape of the whole program decides what the derivative is.
struct ElementWorkspace: Sendable {
  let elements: ElementTape
  private var work: [BlockRun.Lanes] = []
  private var memo: [Double]
  private var isKnown: [Bool]
  private var point: [Double] = []
  private var rest: TapeWorkspace?

  init(_ elements: ElementTape) {
    self.elements = elements
    memo = [Double](repeating: 0, count: elements.memoCount)
    isKnown = [Bool](repeating: false, count: elements.functionCount)
    rest = elements.rest.map { TapeWorkspace($0) }
  }

  /// Forgets what was kept for another point.
  mutating func move(to x: [Double]) {
    precondition(x.count == elements.variableCount, "a point of \(elements.variableCount) variables was expected")
    rest?.evaluate(at: x)
    if !isKnown.isEmpty, !x.elementsEqual(point, by: { $0.bitPattern == $1.bitPattern }) {
      for k in isKnown.indices { isKnown[k] = false }
    }
    point = x
  }

  /// Adds the values of the rows to `rows`; the objective's is returned. Nil where something is not finite.
  mutating func values(_ rows: inout [Double]) -> Double? {
    var objective = 0.0
    if let rest {
      for i in rows.indices { rows[i] += rest.rootValue(i) }
      objective = rest.rootValue(rows.count)
    }
    for group in elements.groups {
      let total = run(
        group, group.value, group.roots, &rows, totals: group.isObjective ? 0 : -1, factor: 1, multipliers: nil)
      guard let total else { return nil }
      objective += total
    }
    return objective.isFinite ? objective : nil
  }

  /// Adds the derivatives of the objective to `gradient`; its value is returned. Nil where something is not finite.
  mutating func gradient(_ gradient: inout [Double]) -> Double? {
    var objective = 0.0
    let rowCount = elements.constraintCount
    if let tape = elements.rest {
      objective = rest?.rootValue(rowCount) ?? 0
      rest?.reverse(rowCount) { place, derivative in gradient[Int(tape.supports[place])] += derivative }
    }
    for group in elements.groups where group.isObjective {
      let total = run(
        group, group.gradient, group.gradientPlaces, &gradient, totals: group.formula.gradient.count, factor: 1,
        multipliers: nil)
      guard let total else { return nil }
      objective += total
    }
    return objective.isFinite ? objective : nil
  }

  /// Adds the derivatives of the rows to the values of the Jacobian. False where something is not finite.
  mutating func jacobian(_ values: inout [Double]) -> Bool {
    let places = elements.restPlaces
    for i in 0..<(rest == nil ? 0 : elements.constraintCount) {
      rest?.reverse(i) { place, derivative in values[Int(places[place])] += derivative }
    }
    for group in elements.groups where !group.isObjective {
      let total = run(group, group.gradient, group.gradientPlaces, &values, totals: -1, factor: 1, multipliers: nil)
      if total == nil { return false }
    }
    return true
  }

  /// σ·∇²f + Σ yᵢ·∇²gᵢ in the order of `curvature.pattern`; nil where something is not finite.
  mutating func hessian(_ curvature: ElementCurvature, objectiveWeight: Double, multipliers: [Double]) -> [Double]? {
    var values = curvature.pattern.values
    if !curvature.base.isEmpty, objectiveWeight != 0 {
      values = objectiveWeight == 1 ? curvature.base : curvature.base.map { objectiveWeight * $0 }
    }
    if let program = curvature.rest,
      let part = rest?.hessian(program, objectiveWeight: objectiveWeight, multipliers: multipliers)
    {
      for (k, value) in part.enumerated() { values[Int(curvature.restPlaces[k])] += value }
    }
    for (group, second) in zip(elements.groups, curvature.groups) where second.program.outputCount > 0 {
      if group.isObjective && objectiveWeight == 0 || !group.isObjective && multipliers.isEmpty { continue }
      let total = run(
        group, second.program, second.places, &values, totals: -1, factor: objectiveWeight,
        multipliers: group.isObjective ? nil : multipliers)
      if total == nil { return nil }
    }
    return values
  }

  /// One program over all elements of a group; nil where something is not finite, otherwise the total.
  private mutating func run(
    _ group: ElementTape.Group, _ program: BlockProgram, _ places: [Int32], _ destination: inout [Double],
    totals: Int, factor: Double, multipliers: [Double]?
  ) -> Double? {
    if work.count < program.workCount { work = [BlockRun.Lanes](repeating: .zero, count: program.workCount) }
    let x = point
    let (total, poison) = work.withUnsafeMutableBufferPointer { work in
      memo.withUnsafeMutableBufferPointer { memo in
        isKnown.withUnsafeBufferPointer { isKnown in
          x.withUnsafeBufferPointer { x in
            group.variables.withUnsafeBufferPointer { variables in
              group.numbers.withUnsafeBufferPointer { numbers in
                group.roots.withUnsafeBufferPointer { roots in
                  places.withUnsafeBufferPointer { places in
                    destination.withUnsafeMutableBufferPointer { destination in
                      (multipliers ?? []).withUnsafeBufferPointer { y in
                        program.run(
                          BlockRun(
                            count: group.count, stride: group.stride, point: x, variables: variables, numbers: numbers,
                            memo: memo, memoStart: group.memoStart, isKnown: isKnown,
                            firstFunction: group.firstFunction, places: places, destination: destination,
                            total: totals, multipliers: multipliers == nil ? nil : y, roots: roots, factor: factor),
                          work: work)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    for place in program.functions { isKnown[group.firstFunction + place] = true }
    return poison == 0 && total.isFinite ? total : nil
  }
}
