// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ModelFile {
  /// Writes `form` to `path` in the format that the extension names, compressed when `.gz` stands behind it.
  ///
  /// The text is written beside the old file and takes its place when it is complete.
  /// - Returns: what the file does not hold, or holds in another form.
  /// - Throws: `WriteError` when the format cannot state the problem or the disk refuses; `MissingComponent` when zlib is
  ///   needed and missing.
  @discardableResult
  public static func write(_ form: StandardForm, to path: String) throws -> [ConversionLoss] {
    switch try format(toWrite: path) {
    case .nl, .yaml, .json: return try write(program(form, path), to: path)
    default: break
    }
    let (bytes, losses) = try text(of: form, format: try format(toWrite: path), path: path)
    try saveCompressed(bytes, to: path)
    return losses
  }

  /// Writes `program` to `path`; formats for coefficients take it when it is linear or quadratic.
  ///
  /// An `.nl` file gets `.row` and `.col` files with the names beside it; `isBinary` asks for its binary form.
  @discardableResult
  public static func write(
    _ program: FormulaProgram, to path: String, isBinary: Bool = false
  ) throws -> [ConversionLoss] {
    let format = try format(toWrite: path)
    if let (bytes, losses) = try text(of: program, format: format, path: path) {
      try saveCompressed(bytes, to: path)
      return losses
    }
    guard format == .nl else {
      let form: StandardForm
      do throws(FormError) { form = try program.standardForm() } catch {
        throw WriteError(file: path, cause: "\(error)", remedy: "write an .nl file")
      }
      return try write(form, to: path)
    }
    let result = try NLWriter.write(program, file: path, isBinary: isBinary)
    try saveCompressed(result.bytes, to: path)
    let stem = NLFile.stem(of: path)
    if let names = result.columnNames { try save(names, to: stem + ".col") }
    if let names = result.rowNames { try save(names, to: stem + ".row") }
    return result.losses
  }

  /// Writes a problem in whatever form it is.
  @discardableResult
  public static func write(_ problem: ModelContents.Problem, to path: String) throws -> [ConversionLoss] {
    switch problem {
    case .form(let form): try write(form, to: path)
    case .program(let program): try write(program, to: path)
    }
  }

  private static func format(toWrite path: String) throws(WriteError) -> ModelFormat {
    let format = ModelFormat(path: path)
    if let format, format.isWritten { return format }
    let written = ModelFormat.allCases.filter(\.isWritten).flatMap(\.extensions)
    let known = written.map { ".\($0)" }.joined(separator: ", ")
    throw WriteError(
      file: path,
      cause: "\(format == nil ? "the extension" : "files with the extension") .\(fileExtension(of: path).format) "
        + (format == nil ? "is unknown" : "are read only"),
      remedy: "use one of \(known), each also with .gz")
  }

  private static func program(_ form: StandardForm, _ path: String) throws(WriteError) -> FormulaProgram {
    do throws(FormError) { return try FormulaProgram(form) } catch {
      throw WriteError(file: path, cause: "\(error)", remedy: "write an .mps file")
    }
  }

  private static func saveCompressed(_ bytes: [UInt8], to path: String) throws {
    try save(fileExtension(of: path).isCompressed ? try Zlib().deflated(bytes) : bytes, to: path)
  }

  /// The text of `form` in `format`, and what it does not hold; `path` is what errors call it.
  public static func text(
    of form: StandardForm, format: ModelFormat, path: String = "output"
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss]) {
    switch format {
    case .mps: return try MPSWriter.write(form, file: path)
    case .lp: return try LPWriter.write(form, file: path)
    case .nl:
      let result = try NLWriter.write(program(form, path), file: path)
      return (result.bytes, result.losses)
    case .sif: throw WriteError(file: path, cause: ".sif files are read only", remedy: "write an .nl file")
    case .yaml: return try FiveElementWriter.write(program(form, path), .yaml, file: path)
    case .json: return try FiveElementWriter.write(program(form, path), .json, file: path)
    case .mof: return try MOFWriter.write(.form(form), file: path)
    }
  }

  /// The text of `program` in a format of one file that states formulas; nil for other formats.
  package static func text(
    of program: FormulaProgram, format: ModelFormat, path: String = "output"
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss])? {
    switch format {
    case .yaml: try FiveElementWriter.write(program, .yaml, file: path)
    case .json: try FiveElementWriter.write(program, .json, file: path)
    case .mof: try MOFWriter.write(.program(program), file: path)
    case .mps, .lp, .nl, .sif: nil
    }
  }

  /// Puts `bytes` at `path`: beside the old file first, then in its place. Devices and pipes are written directly.
  package static func save(_ bytes: [UInt8], to path: String) throws(WriteError) {
    var status = stat()
    let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    do {
      guard isSpecial else { return try AtomicFile.write([bytes], to: path) }
      guard let stream = fopen(path, "w") else { throw FileFailure("write", path, errno) }
      let count = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
      let code = errno
      if fclose(stream) != 0 || count < bytes.count { throw FileFailure("write", path, code) }
    } catch let error as FileFailure {
      throw WriteError(file: path, cause: error.cause, remedy: "choose a place that can be written")
    } catch {
      throw WriteError(file: path, cause: "\(error)", remedy: "choose a place that can be written")
    }
  }
}

extension FileFailure {
  fileprivate init(_ action: String, _ path: String, _ code: Int32) {
    self.init(path: path, action: action, cause: String(cString: strerror(code)))
  }
}
