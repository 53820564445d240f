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
    guard let format = ModelFormat(path: path) else {
      let known = knownExtensions.map { ".\($0)" }.joined(separator: ", ")
      throw WriteError(
        file: path, cause: "the extension .\(fileExtension(of: path).format) is unknown",
        remedy: "use one of \(known), each also with .gz")
    }
    var (bytes, losses) = try text(of: form, format: format, path: path)
    if fileExtension(of: path).isCompressed { bytes = try Zlib().deflated(bytes) }
    try save(bytes, to: path)
    return losses
  }

  /// The text of `form` in `format`, and what it does not hold; `path` is what errors call it.
  public static func text(
    of form: StandardForm, format: ModelFormat, path: String = "output"
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss]) {
    switch format {
    case .mps: try MPSWriter.write(form, file: path)
    case .lp: try LPWriter.write(form, file: path)
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
