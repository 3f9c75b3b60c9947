"""Reviews: a patrol's track judged by the scheme, by the machine or by a person, and what an approval credits."""
