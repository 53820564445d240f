// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension InteriorPoint.State: Codable {
  private enum Key: String, CodingKey {
    case given, method, phase, engine, suspended, derivatives, hessian, objectiveScale, rowScales, objective, activities
    case end
  }

  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    given = try box.decode(Given<NonlinearProgram>.self, forKey: .given)
    method = try box.decode(InteriorPoint.self, forKey: .method)
    phase = try box.decode(InteriorPoint.Phase.self, forKey: .phase)
    engine = try box.decode(BarrierEngine.self, forKey: .engine)
    suspended = try box.decodeIfPresent(BarrierEngine.self, forKey: .suspended)
    derivatives = try box.decodeIfPresent(ConstrainedDerivatives.self, forKey: .derivatives)
    hessianPattern = try box.decodeIfPresent(SparseMatrix.self, forKey: .hessian)
    objectiveScale = try box.decode(Double.self, forKey: .objectiveScale)
    rowScales = try box.decode(Buffer<Double>.self, forKey: .rowScales).elements
    objective = try box.decode(Double.self, forKey: .objective)
    activities = try box.decode(Buffer<Double>.self, forKey: .activities).elements
    end = try box.decode(Ending.self, forKey: .end)
    layout = ProgramLayout(given.value)
    let (n, m) = (given.value.variableCount, given.value.constraintCount)
    let fits =
      rowScales.count == layout.rowCount && activities.count == layout.rowCount && end.point.count == n
      && (derivatives.map { $0.jacobian.columnCount == n && $0.jacobian.rowCount == m && $0.gradient.count == n }
        ?? true)
      && (hessianPattern.map { $0.columnCount == n && $0.rowCount == n } ?? true)
      && (phase == .startValues || phase == .startDerivatives || phase == .done || engine.n == layout.variableCount)
    guard fits else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the saved iterate does not fit the program"))
    }
    if let derivatives { layout.adopt(jacobian: derivatives.jacobian) }
    if let hessianPattern {
      layout.adopt(hessian: hessianPattern)
      system = KKTSystem(layout)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(given, forKey: .given)
    try box.encode(method, forKey: .method)
    try box.encode(phase, forKey: .phase)
    try box.encode(engine, forKey: .engine)
    try box.encodeIfPresent(suspended, forKey: .suspended)
    try box.encodeIfPresent(derivatives, forKey: .derivatives)
    try box.encodeIfPresent(hessianPattern, forKey: .hessian)
    try box.encode(objectiveScale, forKey: .objectiveScale)
    try box.encode(Buffer(rowScales), forKey: .rowScales)
    try box.encode(objective, forKey: .objective)
    try box.encode(Buffer(activities), forKey: .activities)
    try box.encode(end, forKey: .end)
  }
}
