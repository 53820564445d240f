// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension HelperMessage {
  /// The linear part of a form; names stay at home.
  package init(model form: StandardForm) {
    self.init(kind: .model)
    var writer = FieldWriter()
    writer.put(form.sense == .maximize)
    writer.put(form.objectiveOffset)
    writer.put(form.constraintCount)
    let discrete = form.kinds.contains { $0 != .continuous }
    writer.put(raw: discrete ? form.kinds.map(\.rawValue) : [])
    fields = writer.bytes
    numbers = [form.costs, form.columnLower, form.columnUpper, form.rowLower, form.rowUpper, form.matrix.values]
    integers = [form.matrix.starts, form.matrix.rows]
  }

  /// The form that was sent, without names. Takes the arrays over.
  package consuming func model() throws(HelperError) -> StandardForm {
    var reader = FieldReader(fields)
    let maximize = try reader.bool()
    let offset = try reader.double()
    let rowCount = try reader.int()
    let kinds = try reader.block().map { VariableKind(rawValue: $0) ?? .continuous }
    guard numbers.count == 6, integers.count == 2 else { throw .damaged }
    let columnCount = numbers[0].count
    let fits =
      numbers[1].count == columnCount && numbers[2].count == columnCount && numbers[3].count == rowCount
      && numbers[4].count == rowCount && integers[0].count == columnCount + 1
      && integers[1].count == numbers[5].count && Int(integers[0][columnCount]) == numbers[5].count
      && (kinds.isEmpty || kinds.count == columnCount)
    guard fits else { throw .damaged }
    let matrix = SparseMatrix(
      rowCount: rowCount, columnCount: columnCount, starts: integers[0], rows: integers[1], values: numbers[5])
    var form = StandardForm(
      costs: numbers[0], matrix: matrix, rowLower: numbers[3], rowUpper: numbers[4], columnLower: numbers[1],
      columnUpper: numbers[2], kinds: kinds.isEmpty ? nil : kinds, rowNames: NameTable(), columnNames: NameTable())
    form.sense = maximize ? .maximize : .minimize
    form.objectiveOffset = offset
    return form
  }

  package init(question: SolveLinear) {
    self.init(kind: .question)
    var writer = FieldWriter()
    writer.put(question.relaxed)
    let settings = question.settings
    writer.put(settings.timeLimit)
    writer.put(settings.nodeLimit)
    writer.put(settings.iterationLimit)
    for value in [
      settings.gapRelative, settings.gapAbsolute, settings.feasibility, settings.dual, settings.integrality,
    ] {
      writer.put(value)
    }
    writer.put(settings.threads)
    writer.put(settings.seed)
    writer.put(settings.options.count)
    for (name, value) in settings.options.sorted(by: { $0.key < $1.key }) {
      writer.put(name)
      writer.put(value)
    }
    writer.put(basis: question.basis)
    writer.put(question.start != nil)
    fields = writer.bytes
    numbers = [
      question.changes.map(\.lower), question.changes.map(\.upper), question.start?.elements ?? [],
    ]
    integers = [question.changes.map { Int32($0.column) }]
  }

  package func question() throws(HelperError) -> SolveLinear {
    guard numbers.count == 3, integers.count == 1, numbers[0].count == integers[0].count,
      numbers[1].count == integers[0].count
    else { throw .damaged }
    var reader = FieldReader(fields)
    var question = SolveLinear()
    question.relaxed = try reader.bool()
    question.settings.timeLimit = try reader.optionalDouble()
    question.settings.nodeLimit = try reader.optionalInt()
    question.settings.iterationLimit = try reader.optionalInt()
    question.settings.gapRelative = try reader.double()
    question.settings.gapAbsolute = try reader.double()
    question.settings.feasibility = try reader.double()
    question.settings.dual = try reader.double()
    question.settings.integrality = try reader.double()
    question.settings.threads = try reader.int()
    question.settings.seed = try reader.int()
    for _ in 0..<max(try reader.int(), 0) {
      let name = try reader.text()
      question.settings.options[name] = try reader.text()
    }
    question.basis = try reader.basis()
    if try reader.bool() { question.start = Vector(numbers[2]) }
    question.changes = integers[0].indices.map {
      BoundChange(column: Int(integers[0][$0]), lower: numbers[0][$0], upper: numbers[1][$0])
    }
    return question
  }
}

extension FieldWriter {
  mutating func put(basis: Basis?) {
    put(basis != nil)
    guard let basis else { return }
    put(raw: basis.columns.map(\.rawValue))
    put(raw: basis.rows.map(\.rawValue))
  }
}

extension FieldReader {
  mutating func basis() throws(HelperError) -> Basis? {
    guard try bool() else { return nil }
    let columns = try block().map { BasisStatus(rawValue: $0) ?? .nonbasic }
    return Basis(columns: columns, rows: try block().map { BasisStatus(rawValue: $0) ?? .nonbasic })
  }
}
