//! Plain mode: whether scripts asked for output that no configuration changes.

use crate::text::strip;
use amalgam_types::Environment;

/// Whether plain mode is on, for `feature` if one is named. `HGPLAIN` or `HGPLAINEXCEPT` turns it on by being set,
/// even empty; features listed in `HGPLAINEXCEPT` are exempt, and `strictflags` counts only where `HGPLAIN` names it.
pub fn plain(env: &Environment, feature: Option<&str>) -> bool {
    if env.get("HGPLAIN").is_none() && env.get("HGPLAINEXCEPT").is_none() {
        return false;
    }
    let Some(feature) = feature.filter(|f| !f.is_empty()) else { return true };
    let strict = env.get("HGPLAIN").unwrap_or_default().split(|&b| b == b',').any(|word| word == b"+strictflags");
    if feature == "strictflags" && !strict {
        return false;
    }
    let except = strip(env.get("HGPLAINEXCEPT").unwrap_or_default());
    !except.split(|&b| b == b',').any(|word| word == feature.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(vars: &[(&str, &str)]) -> Environment {
        let vars = vars.iter().map(|(k, v)| (k.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
        Environment { vars, ..Environment::default() }
    }

    #[test]
    fn set_means_on() {
        assert!(!plain(&env(&[]), None));
        assert!(plain(&env(&[("HGPLAIN", "")]), Some("alias")));
        assert!(plain(&env(&[("HGPLAINEXCEPT", "alias")]), None));
        assert!(!plain(&env(&[("HGPLAINEXCEPT", " color,alias\n")]), Some("alias")));
        assert!(!plain(&env(&[("HGPLAIN", "1")]), Some("strictflags")));
        assert!(plain(&env(&[("HGPLAIN", "+strictflags")]), Some("strictflags")));
    }
}
