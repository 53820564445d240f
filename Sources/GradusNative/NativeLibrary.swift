// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A native library opened while the program runs: its handle and where it was found.
///
/// Libraries are opened once and never closed, so a function taken from one stays valid for the life of the process.
public struct NativeLibrary: @unchecked Sendable {
  // The handle is an opaque token of the dynamic loader, which locks for itself: sharing it between threads is safe.
  private let handle: UnsafeMutableRawPointer
  /// The file that was opened.
  public let path: String

  /// Opens the first of `candidates` that loads; nil when none does.
  public static func open(_ candidates: [String]) -> NativeLibrary? {
    for path in candidates {
      if let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) { return NativeLibrary(handle: handle, path: path) }
    }
    return nil
  }

  /// The address of an exported symbol; nil when the library lacks it.
  public func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }

  /// A C function of the given type; nil when the library lacks it.
  public func function<F>(_ name: String, as type: F.Type) -> F? {
    symbol(name).map { unsafeBitCast($0, to: type) }
  }
}
