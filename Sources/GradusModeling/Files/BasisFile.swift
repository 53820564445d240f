// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNative

/// Bases of linear programs in the `.bas` format of MPS systems.
///
///     NAME problem
///      XU column row     the column is basic, the row at its upper side
///      XL column row     the column is basic, the row at its lower side
///      BS column         the column is basic
///      UL column         the column is at its upper bound
///      LL column         the column is at its lower bound
///     ENDATA
///
/// What is not named is at its lower bound (columns) or basic (rows); without a lower bound, at the upper one, without
/// both, free. A basis has as many basic members as the problem has rows.
public enum BasisFile {
  /// The basis in the file at `path`, for the rows and columns of `form`.
  ///
  /// - Throws: `ReadError`; `MissingComponent` for a compressed file where zlib is missing.
  public static func read(path: String, for form: StandardForm) throws -> Basis {
    try parse(try FileBytes.load(path), for: form)
  }

  /// The basis in a text that is at hand; `path` is what errors call it.
  public static func parse(
    text: String, for form: StandardForm, path: String = "input"
  ) throws(ReadError) -> Basis {
    try parse(FileBytes(path: path, text: text), for: form)
  }

  /// Free format first, then fixed, whose names may hold blanks, as with `MPSReader`.
  package static func parse(_ file: FileBytes, for form: StandardForm) throws(ReadError) -> Basis {
    let free = attempt(file, form, isFixed: false)
    guard case .failure(let first) = free else { return try free.get() }
    let fixed = attempt(file, form, isFixed: true)
    guard case .failure(let second) = fixed else { return try fixed.get() }
    throw second.line > first.line ? second : first
  }

  private static func attempt(_ file: FileBytes, _ form: StandardForm, isFixed: Bool) -> Result<Basis, ReadError> {
    MPSScanner.scan(file, isFixed: isFixed) { scanner in
      var reader = BasisReader(scanner: scanner, form: form)
      do throws(ReadError) { return .success(try reader.readAll()) } catch { return .failure(error) }
    }
  }

  /// Writes `basis` of `form` to `path`.
  public static func write(_ basis: Basis, of form: StandardForm, to path: String) throws {
    let bytes = try text(of: basis, form: form, path: path)
    try ModelFile.save(
      ModelFile.fileExtension(of: path).isCompressed ? try Zlib().deflated(bytes) : bytes, to: path)
  }

  /// The text of a basis file.
  public static func text(
    of basis: Basis, form: StandardForm, path: String = "output"
  ) throws(WriteError) -> [UInt8] {
    let names = try MPSWriter.names(form, file: path)
    let basicColumns = basis.columns.indices.filter { basis.columns[$0] == .basic }
    let otherRows = basis.rows.indices.filter { basis.rows[$0] != .basic }
    guard basis.columns.count == form.variableCount, basis.rows.count == form.constraintCount,
      basicColumns.count == otherRows.count
    else {
      throw WriteError(
        file: path, cause: "the basis does not have as many basic members as the problem has rows",
        remedy: "write the basis of this problem")
    }
    var text = TextBuffer()
    if names.isEncoded { text.append("* \(NameEncoding.remark)\n") }
    text.append("NAME \(names.problem)\n")
    var rows = otherRows.makeIterator()
    for (j, status) in basis.columns.enumerated() {
      if status == .basic, let i = rows.next() {
        text.append(" \(basis.rows[i] == .upper ? "XU" : "XL") \(names.columns[j]) \(names.rows[i])\n")
      } else if status == .upper {
        text.append(" UL \(names.columns[j])\n")
      }
    }
    text.append("ENDATA\n")
    return text.bytes
  }
}
