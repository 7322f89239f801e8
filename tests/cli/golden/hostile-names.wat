(module (func $"\1b[31mred\u{202e}" (export "f") unreachable))
